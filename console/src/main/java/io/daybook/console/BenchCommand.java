package io.daybook.console;

import io.daybook.console.shell.CommandFailed;
import picocli.CommandLine.Command;

/**
 * {@code daybook bench}, for those who read the list of commands. The launcher runs the module of that name itself: it builds it
 * with the peers, which nobody needs who does not measure.
 */
@Command(
        name = "bench",
        description = {
            "Measures how fast Daybook is, beside the same work done otherwise.",
            "",
            "Runs from Daybook's sources only: ./daybook bench --help tells the rest."
        })
final class BenchCommand implements Runnable {

    @Override
    public void run() {
        throw new CommandFailed(
                "Measuring needs Daybook's sources, with the module bench. Run ./daybook bench where they are.");
    }
}
