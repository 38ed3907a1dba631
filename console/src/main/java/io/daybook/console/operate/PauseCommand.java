package io.daybook.console.operate;

import io.daybook.Daybook;
import io.daybook.console.shell.Shell;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code daybook pause}. */
@Command(
        name = "pause",
        description = {
            "Stops the delivery of a registration, on all nodes, until it is resumed.",
            "",
            "What is in hand is finished. Nodes hear of it at once on PostgreSQL, and within seconds on H2."
        },
        footer = {"Example:", "  daybook pause billing --reason \"mail server down\"", ""})
public final class PauseCommand implements Runnable {

    private final Shell shell;

    @Mixin
    private Operator operator;

    public PauseCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        try (Daybook daybook = shell.openToWrite()) {
            operator.control(daybook).pause();
            operator.say(shell, "pause", "Registration %s is paused.".formatted(operator.registration()));
        }
    }
}
