package io.daybook.console.look;

import io.daybook.About;
import io.daybook.Daybook;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Shell;
import io.daybook.notifier.Notifier;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code daybook status}. */
@Command(
        name = "status",
        description = "Tells what this daybook is, what it stands on, and how far everything is.",
        footer = {"Example:", "  daybook --db jdbc:postgresql://localhost/shop --user operator status", ""})
public final class StatusCommand implements Runnable {

    private final Shell shell;

    public StatusCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        try (Daybook daybook = shell.openToRead()) {
            About about = daybook.about();
            long head = daybook.head();
            long waiting = daybook.ledger().unsequenced();
            List<Notifier.Known> known = daybook.notifier().known();
            if (shell.isJson()) {
                shell.say(json(about, head, waiting, known));
            } else {
                show(about, head, waiting, known);
            }
        }
    }

    private static String json(About about, long head, long waiting, List<Notifier.Known> known) {
        JsonLine lags = new JsonLine();
        known.forEach(registration -> lags.put(registration.name(), registration.lag()));
        return new JsonLine()
                .put("id", about.id().toString())
                .put("schema", about.schema())
                .put("migration", about.migration().orElse(0))
                .put("format", about.format())
                .put("created", about.created().toString())
                .put("database", about.database())
                .put("database_version", about.databaseVersion())
                .put("head", head)
                .put("without_position", waiting)
                .put("lag", io.daybook.event.Value.ofJson(lags.toString()))
                .toString();
    }

    private void show(About about, long head, long waiting, List<Notifier.Known> known) {
        shell.out().printf("Daybook            %s%n", about.id());
        shell.out().printf("Created            %s%n", about.created());
        shell.out().printf("Database           %s %s%n", about.database(), about.databaseVersion());
        shell.out()
                .printf(
                        "Schema             %s, at migration %d%n",
                        about.schema(), about.migration().orElse(0));
        shell.out().printf("Head               position %d%n", head);
        shell.out().printf("Without position   %d%n", waiting);
        shell.out().printf("Registrations      %d%n", known.size());
        if (!known.isEmpty()) {
            shell.out().println();
            RegistrationsCommand.show(shell, known);
        }
    }
}
