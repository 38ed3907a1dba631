package io.daybook.console;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs the command in this JVM, on an H2 file of its own. */
final class Cli {

    private final Path folder;

    Cli(Path folder) {
        this.folder = folder;
    }

    /** What a run came to. */
    record Ran(int exitCode, String out, String err) {

        List<String> lines() {
            return out.lines().toList();
        }
    }

    String url() {
        return "jdbc:h2:file:" + folder.resolve("daybook");
    }

    Ran run(String... args) {
        return runWith("", args);
    }

    /** With that as standard input. */
    Ran runWith(String input, String... args) {
        return run(url(), Map.of(), input, args);
    }

    /**
     * On any database.
     *
     * @param url null = none is named
     */
    static Ran run(@Nullable String url, Map<String, String> environment, String input, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.run(
                url == null ? args : with(args, "--db", url),
                environment,
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintWriter(out),
                new PrintWriter(err));
        return new Ran(exitCode, out.toString(), err.toString());
    }

    /** Those arguments, and more. */
    static String[] with(String[] args, String... more) {
        return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
    }
}
