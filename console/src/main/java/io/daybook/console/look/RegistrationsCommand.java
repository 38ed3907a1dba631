package io.daybook.console.look;

import io.daybook.Daybook;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Table;
import io.daybook.event.Topic;
import io.daybook.notifier.Notifier;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code daybook registrations}. */
@Command(
        name = "registrations",
        description = {
            "Lists the durable registrations: what each hears, and how far it is.",
            "",
            "LAG is how many positions of the ledger come after its cursor, whether they are for it or not. PARKED events wait for an"
                    + " operator (daybook parked). A paused registration goes on after daybook resume."
        },
        footer = {"Example:", "  daybook registrations --json", ""})
public final class RegistrationsCommand implements Runnable {

    private final Shell shell;

    public RegistrationsCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        try (Daybook daybook = shell.openToRead()) {
            List<Notifier.Known> known = daybook.notifier().known();
            if (shell.isJson()) {
                known.forEach(registration -> shell.say(json(registration)));
            } else if (known.isEmpty()) {
                shell.say("Nobody is registered.");
            } else {
                show(shell, known);
            }
        }
    }

    private static String json(Notifier.Known registration) {
        return new JsonLine()
                .put("name", registration.name())
                .put("position", registration.position())
                .put("lag", registration.lag())
                .put("topics", topics(registration))
                .put("partitions", registration.partitions())
                .put("parked", registration.parked())
                .put("state", state(registration))
                .toString();
    }

    static void show(Shell shell, List<Notifier.Known> known) {
        try (Table table = new Table(
                shell.out(), "REGISTRATION", ">POSITION", ">LAG", ">PARTITIONS", ">PARKED", "STATE", "TOPICS")) {
            known.forEach(registration -> table.row(
                    registration.name(),
                    registration.position(),
                    registration.lag(),
                    registration.partitions(),
                    registration.parked(),
                    state(registration),
                    topics(registration)));
        }
    }

    /** What an operator wants to see first. Whether an owner still lives is doctor's to say. */
    private static String state(Notifier.Known registration) {
        if (registration.paused().isPresent()) {
            return "paused"
                    + registration.pauseReason().map(reason -> ": " + reason).orElse("");
        }
        long owned = registration.owners().stream().filter(Objects::nonNull).count();
        return owned == 0 ? "not consumed" : "consumed";
    }

    private static String topics(Notifier.Known registration) {
        return registration.topics().isEmpty()
                ? "everything"
                : registration.topics().stream().map(Topic::toString).collect(Collectors.joining(", "));
    }
}
