package io.daybook.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which commit of Daybook the sources are. */
final class Commit {

    private Commit() {}

    /**
     * Asks git.
     *
     * @return its id, with {@code -dirty} where files that git knows differ from it (the results of a run may); empty if there is no git, or
     *     this is no clone
     */
    static Optional<String> of(Path root) throws InterruptedException {
        Optional<String> head = git(root, "rev-parse", "HEAD");
        Optional<String> changes = git(
                root,
                "status",
                "--porcelain",
                "--untracked-files=no",
                "--",
                ".",
                ":!bench/RESULTS.md",
                ":!bench/plots");
        return head.map(id -> id
                + changes.filter(text -> !text.isEmpty()).map(text -> "-dirty").orElse(""));
    }

    private static Optional<String> git(Path root, String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .directory(root.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? Optional.of(said) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
