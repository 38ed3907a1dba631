package io.daybook.console.git;

import io.daybook.event.Change;
import io.daybook.event.Value;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/** What a commit does to files: the difference of two trees. No renames are guessed. One per import; not thread-safe. */
final class FileChanges implements AutoCloseable {

    static final String ENTITY_TYPE = "file";
    static final String MODE = "mode";
    static final String BLOB = "blob";

    private final ObjectReader reader;
    private final TreeWalk walk;

    FileChanges(ObjectReader reader) {
        this.reader = reader;
        this.walk = new TreeWalk(reader);
    }

    /**
     * Adds the changes that make {@code after} of {@code before}.
     *
     * @param before null = no files
     * @return how many ids are not their paths
     */
    int add(@Nullable ObjectId before, Commit after, List<Change> changes) throws IOException {
        walk.reset();
        if (before == null) {
            walk.addTree(new EmptyTreeIterator());
        } else {
            walk.addTree(before);
        }
        walk.addTree(after.tree());
        walk.setRecursive(true);
        walk.setFilter(TreeFilter.ANY_DIFF);
        int renamed = 0;
        while (walk.next()) {
            FileId file = FileId.of(walk.getRawPath());
            renamed += file.isPath() ? 0 : 1;
            add(file, after, changes);
        }
        return renamed;
    }

    private void add(FileId file, Commit commit, List<Change> changes) {
        int oldMode = walk.getRawMode(0);
        int newMode = walk.getRawMode(1);
        if (oldMode == 0) {
            Change creation = Change.create(ENTITY_TYPE, file.id())
                    .attributes(Value.ofJson("{\"blob\":\"%s\",\"mode\":\"%s\"}"
                            .formatted(walk.getObjectId(1).name(), mode(newMode))));
            changes.add(dated(file.isPath() ? creation : creation.metadata(Map.of("path", file.path())), commit));
        } else if (newMode == 0) {
            changes.add(dated(Change.delete(ENTITY_TYPE, file.id()), commit));
        } else {
            if (oldMode != newMode) {
                changes.add(dated(Change.update(ENTITY_TYPE, file.id()).attribute(MODE, mode(newMode)), commit));
            }
            if (!walk.idEqual(0, 1)) {
                Value blob = Value.ofJson("\"" + walk.getObjectId(1).name() + "\"");
                changes.add(dated(Change.update(ENTITY_TYPE, file.id()).attribute(BLOB, blob), commit));
            }
        }
    }

    private static Change dated(Change change, Commit commit) {
        return change.occurredAt(commit.committed());
    }

    /** Six octal digits, as git shows it: 100644, 100755, 120000 (symbolic link), 160000 (submodule). */
    static String mode(int bits) {
        String octal = Integer.toOctalString(bits);
        return "0".repeat(Math.max(0, 6 - octal.length())) + octal;
    }

    @Override
    public void close() {
        walk.close();
        reader.close();
    }
}
