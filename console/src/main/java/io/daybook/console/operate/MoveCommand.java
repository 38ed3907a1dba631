package io.daybook.console.operate;

import io.daybook.Daybook;
import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.Shell;
import io.daybook.notifier.Start;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code daybook move}. */
@Command(
        name = "move",
        description = {
            "Sets the cursor of a registration: back, so that events are delivered again, or on, so that events are left out.",
            "",
            "Works while it is delivered, also on another node. Delivered again means: to transactional consumers too, so their effects"
                    + " are had twice. Parked events stay parked. To hear the past once more without this, use tail --from."
        },
        footer = {"Examples:", "  daybook move billing 4711", "  daybook move billing beginning", ""})
public final class MoveCommand implements Runnable {

    private final Shell shell;

    @Mixin
    private Operator operator;

    @Parameters(
            index = "1",
            paramLabel = "<place>",
            converter = PlaceConverter.class,
            description =
                    "beginning, now, the position after which it goes on, or an instant (what was recorded later comes).")
    private Start place;

    public MoveCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        try (Daybook daybook = shell.openToWrite()) {
            long position = operator.control(daybook).moveTo(place);
            operator.say(
                    shell,
                    "move",
                    "Registration %s goes on after position %d.".formatted(operator.registration(), position));
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(String.valueOf(e.getMessage()), ExitCode.USAGE, e);
        }
    }
}
