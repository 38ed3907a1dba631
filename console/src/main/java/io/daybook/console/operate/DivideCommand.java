package io.daybook.console.operate;

import io.daybook.Daybook;
import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.Shell;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code daybook divide}. */
@Command(
        name = "divide",
        description = {
            "Divides the entities of a registration into another number of partitions.",
            "",
            "As many threads and nodes can deliver it at the same time; the order of each entity's events is kept. While it is delivered all"
                    + " partitions come to the same position first, so its consumers must run; nothing is lost, doubled or out of order."
        },
        footer = {"Example:", "  daybook divide billing 8", ""})
public final class DivideCommand implements Runnable {

    private final Shell shell;

    @Mixin
    private Operator operator;

    @Parameters(index = "1", paramLabel = "<partitions>", description = "1 to 256.")
    private int partitions;

    @Option(
            names = "--within",
            paramLabel = "<seconds>",
            defaultValue = "60",
            description = "How long the partitions may take to come together. Default: ${DEFAULT-VALUE}.")
    private long seconds;

    public DivideCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        try (Daybook daybook = shell.openToWrite()) {
            operator.control(daybook).divide(partitions, Duration.ofSeconds(seconds));
            operator.say(
                    shell,
                    "divide",
                    "Registration %s has %d %s now."
                            .formatted(
                                    operator.registration(), partitions, partitions == 1 ? "partition" : "partitions"));
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(String.valueOf(e.getMessage()), ExitCode.USAGE, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("Interrupted; the registration stays divided as it was.", ExitCode.INTERRUPTED, e);
        }
    }
}
