package io.daybook.console.git;

import io.daybook.event.Value;
import io.daybook.history.EntityState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.TreeWalk;

/** Compares what the daybook says of files with what is in the tree of a commit, in both directions. */
public final class HeadTree {

    private static final int MOST_DIFFERENCES = 10;

    private final GitRepository repository;

    public HeadTree(GitRepository repository) {
        this.repository = repository;
    }

    /**
     * What came out of it.
     *
     * @param files how many the commit has
     * @param differences the first ones, each a sentence; empty = none
     */
    public record Comparison(long files, List<String> differences) {}

    /**
     * Compares.
     *
     * @param state what the daybook says a file is, by id
     * @param alive ids of all files that the daybook says there are
     */
    public Comparison compare(ObjectId commit, Function<String, Optional<EntityState>> state, Set<String> alive)
            throws IOException {
        List<String> differences = new ArrayList<>();
        Set<String> left = new HashSet<>(alive);
        long files = 0;
        try (ObjectReader reader = repository.jgit().newObjectReader();
                TreeWalk walk = new TreeWalk(reader)) {
            walk.addTree(Commit.read(reader, commit).tree());
            walk.setRecursive(true);
            while (walk.next()) {
                files++;
                String id = FileId.of(walk.getRawPath()).id();
                Map<String, Value> expected = Map.of(
                        FileChanges.MODE, Value.of(FileChanges.mode(walk.getRawMode(0))),
                        FileChanges.BLOB, Value.of(walk.getObjectId(0).name()));
                Optional<Map<String, Value>> found = state.apply(id).map(EntityState::attributes);
                left.remove(id);
                if (!found.equals(Optional.of(expected)) && differences.size() < MOST_DIFFERENCES) {
                    differences.add("%s is %s in HEAD, and %s in the daybook"
                            .formatted(id, expected, found.map(Map::toString).orElse("missing")));
                }
            }
        }
        for (String id : left) {
            if (differences.size() < MOST_DIFFERENCES) {
                differences.add("%s is in the daybook and not in HEAD".formatted(id));
            }
        }
        return new Comparison(files, List.copyOf(differences));
    }
}
