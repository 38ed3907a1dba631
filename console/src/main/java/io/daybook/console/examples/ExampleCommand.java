package io.daybook.console.examples;

import io.daybook.Daybook;
import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Table;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code daybook example}. */
@Command(
        name = "example",
        description = {
            "Runs an example of what can be built on scenarios; without a name it lists them.",
            "",
            "Each is one short class in console/src/main/java/io/daybook/console/examples. It works in a database of its own, which is deleted"
                    + " at the end, or in that of --db (DAYBOOK_DB does not count here), where a second run goes on."
        },
        footer = {
            "Examples:",
            "  daybook example",
            "  daybook example refresh-view",
            "  daybook example latest-result --db jdbc:h2:file:./data/example",
            ""
        })
public final class ExampleCommand implements Callable<Integer> {

    private static final List<Example> EXAMPLES = List.of(
            new Example(
                    "refresh-view",
                    "Refresh a view when a scenario is created.",
                    (daybook, connection, out) -> RefreshView.run(daybook, out)),
            new Example(
                    "auto-submit",
                    "Submit a scenario when its input data node is written.",
                    (daybook, connection, out) -> AutoSubmit.run(daybook, out)),
            new Example(
                    "notify-failure",
                    "Notify somebody when a job fails.",
                    (daybook, connection, out) -> NotifyFailure.run(daybook, out)),
            new Example(
                    "latest-result",
                    "Keep the latest result of each scenario in a table, exactly once.",
                    LatestResult::run));

    private final Shell shell;

    @Parameters(arity = "0..1", paramLabel = "<name>", description = "Which one. Default: list them.")
    private @Nullable String name;

    /**
     * One of them.
     *
     * @param name as it is typed
     * @param shows what it is about
     */
    private record Example(String name, String shows, Run run) {}

    /** Its {@code run}. */
    @FunctionalInterface
    private interface Run {
        void on(Daybook daybook, Connection connection, Consumer<String> out) throws Exception;
    }

    public ExampleCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws Exception {
        if (name == null) {
            list();
            return ExitCode.OK;
        }
        Example example = EXAMPLES.stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new CommandFailed(
                        "There is no example %s; there are %s."
                                .formatted(
                                        name,
                                        String.join(
                                                ", ",
                                                EXAMPLES.stream()
                                                        .map(Example::name)
                                                        .toList())),
                        ExitCode.USAGE,
                        null));
        if (shell.isDatabaseNamed()) {
            try (Daybook daybook = shell.openToWrite();
                    Connection connection = shell.connect()) {
                example.run().on(daybook, connection, this::say);
            }
        } else {
            inDatabaseOfItsOwn(example);
        }
        return ExitCode.OK;
    }

    private void list() {
        if (shell.isJson()) {
            EXAMPLES.forEach(example -> shell.say(new JsonLine()
                    .put("example", example.name())
                    .put("shows", example.shows())
                    .toString()));
            return;
        }
        try (Table table = new Table(shell.out(), "EXAMPLE", "SHOWS")) {
            EXAMPLES.forEach(example -> table.row(example.name(), example.shows()));
        }
    }

    private void inDatabaseOfItsOwn(Example example) throws Exception {
        Path folder = Files.createTempDirectory("daybook-example");
        try {
            String url = "jdbc:h2:file:" + folder.resolve("daybook");
            try (Daybook daybook = Daybook.open(url);
                    Connection connection = DriverManager.getConnection(url)) {
                example.run().on(daybook, connection, this::say);
            }
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }
    }

    private void say(String line) {
        synchronized (shell) {
            shell.say(shell.isJson() ? new JsonLine().put("line", line).toString() : line);
        }
    }
}
