package io.daybook.console;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A bare git repository, object by object, so that it can hold what git itself would not write today. Paths are bytes, written as
 * ISO 8859-1 text: {@link #path} makes one of ordinary text.
 */
final class TestRepository implements AutoCloseable {

    private static final String AUTHOR = "Kim Doe <kim@example.org> 1500000000 +0200";

    private final Path folder;
    private final Repository repository;
    private final ObjectInserter inserter;
    private final TreeMap<String, File> files = new TreeMap<>();
    private @Nullable ObjectId head;

    private record File(FileMode mode, ObjectId id) {}

    TestRepository(Path folder) throws IOException {
        this.folder = folder;
        this.repository =
                new FileRepositoryBuilder().setBare().setGitDir(folder.toFile()).build();
        repository.create(true);
        this.inserter = repository.newObjectInserter();
    }

    static String path(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }

    TestRepository put(String path, String content) {
        return put(path, FileMode.REGULAR_FILE, content);
    }

    TestRepository put(String path, FileMode mode, String content) {
        try {
            files.put(path, new File(mode, inserter.insert(Constants.OBJ_BLOB, content.getBytes(UTF_8))));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TestRepository putSubmodule(String path, ObjectId commit) {
        files.put(path, new File(FileMode.GITLINK, commit));
        return this;
    }

    TestRepository remove(String path) {
        files.remove(path);
        return this;
    }

    ObjectId commit(String subject) throws IOException {
        return commit(subject, AUTHOR, AUTHOR);
    }

    ObjectId commit(String subject, String author, String committer) throws IOException {
        StringBuilder text = new StringBuilder("tree " + tree(files).name() + "\n");
        if (head != null) {
            text.append("parent ").append(head.name()).append('\n');
        }
        text.append("author ").append(author).append("\ncommitter ").append(committer);
        text.append("\n\n").append(subject).append('\n');
        ObjectId id = inserter.insert(Constants.OBJ_COMMIT, text.toString().getBytes(UTF_8));
        moveTo(id);
        return id;
    }

    /** HEAD and what the next commit comes after; the files stay as they are. */
    void moveTo(ObjectId commit) throws IOException {
        inserter.flush();
        head = commit;
        RefUpdate update = repository.updateRef(Constants.HEAD);
        update.setNewObjectId(commit);
        update.forceUpdate();
    }

    /** From now on nothing before that commit is there. */
    void cutBefore(ObjectId commit) throws IOException {
        Files.writeString(folder.resolve("shallow"), commit.name() + "\n");
    }

    private ObjectId tree(Map<String, File> here) throws IOException {
        TreeMap<String, TreeMap<String, File>> folders = new TreeMap<>();
        TreeMap<String, File> entries = new TreeMap<>();
        here.forEach((path, file) -> {
            int slash = path.indexOf('/');
            if (slash < 0) {
                entries.put(path, file);
            } else {
                folders.computeIfAbsent(path.substring(0, slash), name -> new TreeMap<>())
                        .put(path.substring(slash + 1), file);
            }
        });
        // Git sorts a folder as if its name ended with a slash.
        for (Map.Entry<String, TreeMap<String, File>> entry : folders.entrySet()) {
            entries.put(entry.getKey() + "/", new File(FileMode.TREE, tree(entry.getValue())));
        }
        TreeFormatter formatter = new TreeFormatter();
        entries.forEach((name, file) -> {
            byte[] bytes = (name.endsWith("/") ? name.substring(0, name.length() - 1) : name).getBytes(ISO_8859_1);
            formatter.append(bytes, 0, bytes.length, file.mode(), file.id());
        });
        return inserter.insert(formatter);
    }

    /** A history of some length, the same for the same seed. */
    void grow(int commits, Random random) throws IOException {
        for (int i = 0; i < commits; i++) {
            put("README.md", "version " + (i / 10));
            for (int j = 0; j < 3; j++) {
                String path = "src/p%d/File%d.java".formatted(random.nextInt(20), random.nextInt(40));
                if (random.nextInt(6) == 0) {
                    remove(path);
                } else {
                    FileMode mode = random.nextInt(8) == 0 ? FileMode.EXECUTABLE_FILE : FileMode.REGULAR_FILE;
                    put(path, mode, "content " + random.nextInt());
                }
            }
            String who = "Author %d <a%d@example.org> %d +0000"
                    .formatted(random.nextInt(9), i % 9, 1_500_000_000L + i * 7_200L);
            commit("Change " + i, who, who);
        }
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() {
        inserter.close();
        repository.close();
    }
}
