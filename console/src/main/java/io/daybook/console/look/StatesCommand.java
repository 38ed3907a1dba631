package io.daybook.console.look;

import io.daybook.Daybook;
import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Progress;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Stop;
import io.daybook.consumers.EntityStates;
import io.daybook.history.StateTable;
import io.daybook.notifier.Notifier;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code daybook states}. */
@Command(
        name = "states",
        description = {
            "Brings the table entity_states (the current state of every entity, to be asked in SQL) up to the head of the ledger.",
            "",
            "It goes on where it was; kill it whenever you like. Other processes may keep the table at the same time."
        },
        footer = {"Examples:", "  daybook states", "  daybook states --rebuild", "  daybook states --follow", ""})
public final class StatesCommand implements Callable<Integer> {

    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration FOLLOW_PAUSE = Duration.ofSeconds(1);

    private final Shell shell;

    @Option(
            names = "--rebuild",
            description = "Empty the table first and begin with the first event. daybook state is right meanwhile.")
    private boolean rebuild;

    @Option(
            names = {"-f", "--follow"},
            description = "Then go on with what comes, until Ctrl-C.")
    private boolean follow;

    public StatesCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        try (Stop stop = Stop.onSignal();
                Daybook daybook = shell.openToWrite()) {
            if (rebuild) {
                EntityStates.rebuild(daybook, System.getProperty("user.name"), "daybook states --rebuild");
            }
            try (EntityStates states = EntityStates.keep(daybook)) {
                boolean caughtUp = catchUp(daybook, states, stop);
                tell(daybook, states);
                if (!caughtUp) {
                    shell.note("Stopped before the end. Run it again to go on.");
                    return ExitCode.INTERRUPTED;
                }
                if (follow) {
                    follow(daybook, states, stop);
                }
                return ExitCode.OK;
            }
        }
    }

    /** @return false if somebody asked to stop before */
    private static boolean catchUp(Daybook daybook, EntityStates states, Stop stop) {
        // In this order: what gets its position in between is in neither number, instead of in both.
        long head = daybook.head();
        long target = head + daybook.ledger().unsequenced();
        try (Progress progress = Progress.of("States", target)) {
            for (long at = states.registration().position();
                    at < target;
                    at = states.registration().position()) {
                check(daybook, states);
                progress.at(at);
                if (stop.sleep(PAUSE)) {
                    return false;
                }
            }
            return true;
        }
    }

    private void follow(Daybook daybook, EntityStates states, Stop stop) {
        shell.note("Following what comes. Ctrl-C ends.");
        while (!stop.sleep(FOLLOW_PAUSE)) {
            check(daybook, states);
        }
        tell(daybook, states);
    }

    /** What would be waited for in vain. */
    private static void check(Daybook daybook, EntityStates states) {
        if (!states.isRunning()) {
            throw new CommandFailed(
                    "Registration %s cannot go on; what was logged above says why. See daybook doctor, or begin anew with daybook states --rebuild."
                            .formatted(EntityStates.REGISTRATION));
        }
        for (Notifier.Known known : daybook.notifier().known()) {
            if (known.name().equals(EntityStates.REGISTRATION) && known.paused().isPresent()) {
                throw new CommandFailed("Registration %s is paused%s. Resume it, then run this again."
                        .formatted(
                                EntityStates.REGISTRATION,
                                known.pauseReason().map(reason -> ": " + reason).orElse("")));
            }
        }
    }

    private void tell(Daybook daybook, EntityStates states) {
        StateTable.Size size = daybook.states().size();
        long position = states.registration().position();
        long head = daybook.head();
        if (shell.isJson()) {
            shell.say(new JsonLine()
                    .put("entities", size.entities())
                    .put("deleted", size.deleted())
                    .put("position", position)
                    .put("head", head)
                    .toString());
        } else {
            shell.say("%s, %d deleted; at position %d of %d."
                    .formatted(Messages.count(size.entities(), "entity", "entities"), size.deleted(), position, head));
        }
    }
}
