package io.daybook.console.git;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;

/** The way from the beginning to a commit, over first parents. */
final class FirstParents {

    private FirstParents() {}

    /** Oldest first. A shallow clone begins where it was cut. */
    static List<ObjectId> upTo(ObjectId head, ObjectReader reader) throws IOException {
        Set<ObjectId> cut = reader.getShallowCommits();
        List<ObjectId> chain = new ArrayList<>();
        ObjectId next = head;
        while (next != null) {
            chain.add(next);
            next = cut.contains(next) ? null : Commit.firstParent(reader, next);
        }
        Collections.reverse(chain);
        return chain;
    }
}
