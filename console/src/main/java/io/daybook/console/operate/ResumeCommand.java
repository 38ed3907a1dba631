package io.daybook.console.operate;

import io.daybook.Daybook;
import io.daybook.console.shell.Shell;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code daybook resume}. */
@Command(
        name = "resume",
        description = {
            "Lets a registration go on where it was: one that was paused, or stopped because an event failed."
        },
        footer = {"Example:", "  daybook resume billing --reason \"mail server up again\"", ""})
public final class ResumeCommand implements Runnable {

    private final Shell shell;

    @Mixin
    private Operator operator;

    public ResumeCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        try (Daybook daybook = shell.openToWrite()) {
            operator.control(daybook).resume();
            operator.say(shell, "resume", "Registration %s goes on.".formatted(operator.registration()));
        }
    }
}
