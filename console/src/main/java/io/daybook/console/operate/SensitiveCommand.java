package io.daybook.console.operate;

import io.daybook.Daybook;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Table;
import io.daybook.event.EntityType;
import io.daybook.event.InvalidEvent;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code daybook sensitive}. */
@Command(
        name = "sensitive",
        description = {
            "Lists the attributes whose values no command shows without --show-sensitive, or declares more of them.",
            "",
            "What is declared stays declared; the owner of the database may take it back (docs/operations.md)."
        },
        footer = {"Examples:", "  daybook sensitive", "  daybook sensitive customer email iban", ""})
public final class SensitiveCommand implements Callable<Integer> {

    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "<type> <attribute>",
            description = "Entity type, then the attributes to declare.")
    private List<String> names = List.of();

    public SensitiveCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (names.isEmpty()) {
            list();
        } else if (names.size() == 1) {
            throw new ParameterException(
                    spec.commandLine(), "Which attributes of %s? Name them after it.".formatted(names.get(0)));
        } else {
            declare(names.get(0), names.subList(1, names.size()));
        }
        return ExitCode.OK;
    }

    private void declare(String type, List<String> attributes) {
        try (Daybook daybook = shell.openToWrite()) {
            daybook.sensitive().declare(type, attributes.toArray(String[]::new));
            say(type, daybook.sensitive().of(EntityType.of(type)));
        } catch (InvalidEvent e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private void say(String type, SortedSet<String> sensitive) {
        shell.say(
                shell.isJson()
                        ? line(type, sensitive)
                        : Messages.shown(
                                "Sensitive attributes of %s: %s.".formatted(type, String.join(", ", sensitive))));
    }

    private void list() {
        try (Daybook daybook = shell.openToRead()) {
            Map<EntityType, SortedSet<String>> all = daybook.sensitive().all();
            if (shell.isJson()) {
                all.forEach((type, sensitive) -> shell.say(line(type.name(), sensitive)));
            } else if (all.isEmpty()) {
                shell.say("Nothing is declared sensitive.");
            } else {
                try (Table table = new Table(shell.out(), "TYPE", "SENSITIVE ATTRIBUTES")) {
                    all.forEach((type, sensitive) -> table.row(type, String.join(", ", sensitive)));
                }
            }
        }
    }

    private static String line(String type, SortedSet<String> sensitive) {
        return new JsonLine()
                .put("entity_type", type)
                .put("attributes", List.copyOf(sensitive))
                .toString();
    }
}
