package io.daybook.console.operate;

import io.daybook.Daybook;
import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.Shell;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code daybook discard}. */
@Command(
        name = "discard",
        description = {
            "Gives a parked event up: it is never delivered to this registration. It stays in the history.",
            "",
            "Later events of its entity stay parked; let them be tried with: daybook retry. Exit code 5 if it is not parked."
        },
        footer = {"Example:", "  daybook discard billing 4711 --reason \"customer does not exist any more\"", ""})
public final class DiscardCommand implements Callable<Integer> {

    private final Shell shell;

    @Mixin
    private Operator operator;

    @Parameters(index = "1", paramLabel = "<position>", description = "Position of the parked event.")
    private long position;

    public DiscardCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        try (Daybook daybook = shell.openToWrite()) {
            if (!operator.control(daybook).discard(position)) {
                shell.note("Position %d is not parked for %s. See what is: daybook parked %s"
                        .formatted(position, operator.registration(), operator.registration()));
                return ExitCode.NOT_FOUND;
            }
            operator.say(shell, "discard", "Position %d is discarded.".formatted(position));
            return ExitCode.OK;
        } catch (IllegalStateException e) {
            throw new CommandFailed(String.valueOf(e.getMessage()), ExitCode.FAILED, e);
        }
    }
}
