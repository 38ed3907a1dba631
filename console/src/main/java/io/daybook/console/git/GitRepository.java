package io.daybook.console.git;

import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.Messages;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.RepositoryCache;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;

/** A git repository, for reading: with or without a working tree, and whatever the configuration of this machine is. */
public final class GitRepository implements AutoCloseable {

    private final Repository repository;

    private GitRepository(Repository repository) {
        this.repository = repository;
    }

    /**
     * The repository in that directory: its working tree, its {@code .git}, or a bare one.
     *
     * @throws CommandFailed if there is none
     */
    public static GitRepository in(Path directory) {
        File file = directory.toAbsolutePath().normalize().toFile();
        if (!Files.isDirectory(directory)) {
            throw new CommandFailed("There is no directory %s. Name a git repository.".formatted(directory));
        }
        File bare = RepositoryCache.FileKey.resolve(file, FS.DETECTED);
        FileRepositoryBuilder builder = builder();
        if (bare != null) {
            builder.setGitDir(bare);
        } else {
            // A working tree whose .git is a file: a linked one, or a submodule.
            builder.addCeilingDirectory(file.getParentFile()).findGitDir(file);
        }
        if (builder.getGitDir() == null) {
            throw new CommandFailed("%s is no git repository. Name one.".formatted(directory));
        }
        return open(builder, directory);
    }

    /**
     * The repository around that directory.
     *
     * @throws CommandFailed if there is none
     */
    public static GitRepository around(Path directory) {
        File file = directory.toAbsolutePath().normalize().toFile();
        FileRepositoryBuilder builder = builder().findGitDir(file);
        if (builder.getGitDir() == null) {
            throw new CommandFailed("This directory is in no git repository. Name one with --git <repository>.");
        }
        return open(builder, directory);
    }

    private static FileRepositoryBuilder builder() {
        NoSystemConfig.install();
        return new FileRepositoryBuilder().setMustExist(true);
    }

    private static GitRepository open(FileRepositoryBuilder builder, Path directory) {
        try {
            return new GitRepository(builder.build());
        } catch (IOException e) {
            throw new CommandFailed(
                    "The git repository %s cannot be opened: %s.".formatted(directory, Messages.of(e)), e);
        }
    }

    Repository jgit() {
        return repository;
    }

    /** The commit that HEAD stands on; null if there is none yet. */
    public @Nullable ObjectId head() throws IOException {
        ObjectId id = repository.resolve(Constants.HEAD);
        return id == null ? null : id.copy();
    }

    @Override
    public void close() {
        repository.close();
    }
}
