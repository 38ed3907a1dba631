package io.daybook.console.look;

import io.daybook.Daybook;
import io.daybook.console.shell.EventLines;
import io.daybook.console.shell.Patience;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Table;
import io.daybook.event.Event;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import io.daybook.redaction.Redaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code daybook tail}. */
@Command(
        name = "tail",
        description = {
            "Shows events in the order of the ledger: the last 20, or from somewhere on; and what comes after them, with --follow.",
            "",
            "Where --attribute is given, events that name no attribute are shown too, as a registration would hear them: the creation of an"
                    + " entity sets its attributes. With --operation UPDATE they are not."
        },
        footer = {
            "Examples:",
            "  daybook tail --follow",
            "  daybook tail --type file --operation DELETION -n 5",
            "  daybook tail --from beginning --json",
            "  daybook tail --from 2026-01-31T12:00:00Z --type order --id o-1",
            ""
        })
public final class TailCommand implements Runnable {

    private static final int DEFAULT_COUNT = 20;
    private static final int PAGE = 500;
    private static final long RANGE = 50_000;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what comes, until Ctrl-C.")
    private boolean follow;

    @Option(names = "--type", paramLabel = "<type>", description = "Only events of entities of that type.")
    private @Nullable String type;

    @Option(names = "--id", paramLabel = "<id>", description = "Only events of entities with that id.")
    private @Nullable String id;

    @Option(names = "--operation", paramLabel = "<operation>", description = "Only that operation, such as UPDATE.")
    private @Nullable String operation;

    @Option(names = "--attribute", paramLabel = "<name>", description = "Only events of that attribute, or of none.")
    private @Nullable String attribute;

    @Option(
            names = "--from",
            paramLabel = "<place>",
            converter = From.class,
            description = "beginning, now, a position (the first to be shown), or an instant (when it was recorded).")
    private @Nullable Function<Ledger, LedgerPoint> from;

    @Option(
            names = "-n",
            paramLabel = "<count>",
            description = "How many: the last ones, or with --from the first ones. Default: 20, with --from all.")
    private @Nullable Long count;

    public TailCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        if (count != null && count < 0) {
            throw new ParameterException(spec.commandLine(), "-n %d makes no sense. Give 0 or more.".formatted(count));
        }
        Topic topic = topic();
        try (Daybook daybook = shell.openToRead();
                Table table = EventLines.table(shell.out())) {
            Ledger ledger = daybook.ledger();
            if (from != null) {
                forward(daybook, topic, from.apply(ledger), table);
            } else {
                LedgerPoint head = ledger.head();
                Redaction redaction = shell.redaction(daybook);
                last(ledger, topic, head, count == null ? DEFAULT_COUNT : count)
                        .forEach(event -> show(event, redaction, table));
                if (follow) {
                    follow(daybook, topic, head, Long.MAX_VALUE, table);
                }
            }
        }
    }

    private Topic topic() {
        try {
            return wanted();
        } catch (InvalidEvent e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private Topic wanted() {
        Topic topic = Topic.everything();
        topic = type == null ? topic : topic.type(io.daybook.event.EntityType.of(type));
        topic = id == null ? topic : topic.entity(id);
        topic = operation == null ? topic : topic.operation(Operation.of(operation));
        return attribute == null ? topic : topic.attribute(attribute);
    }

    /** The newest ones up to there, by looking at wider and wider ranges before it. */
    private static List<Event> last(Ledger ledger, Topic topic, LedgerPoint head, long wanted) {
        List<Event> found = new ArrayList<>();
        long end = head.position();
        long range = Math.max(64, wanted);
        while (end > 0 && found.size() < wanted) {
            long begin = Math.max(0, end - range);
            List<Event> here = between(ledger, topic, begin, end, wanted - found.size());
            found.addAll(0, here);
            end = begin;
            range = Math.min(RANGE, range * 4);
        }
        return found;
    }

    /** The last {@code wanted} of those after {@code begin} and not after {@code end}. */
    private static List<Event> between(Ledger ledger, Topic topic, long begin, long end, long wanted) {
        List<Event> found = new ArrayList<>();
        LedgerPoint place = ledger.point(begin).orElseThrow();
        while (place.position() < end) {
            Ledger.Page page = ledger.matching(List.of(topic), place, end - place.position(), PAGE, "This tail");
            for (LedgerEntry entry : page.entries()) {
                found.add(entry.event());
            }
            int surplus = (int) Math.max(0, found.size() - wanted);
            found.subList(0, surplus).clear();
            place = page.lookedUntil();
        }
        return found;
    }

    private void forward(Daybook daybook, Topic topic, LedgerPoint start, Table table) {
        follow(daybook, topic, start, count == null ? Long.MAX_VALUE : count, table);
    }

    /** What comes after that place; at the end of the ledger it ends, or waits. */
    private void follow(Daybook daybook, Topic topic, LedgerPoint start, long wanted, Table table) {
        LedgerPoint place = start;
        long shown = 0;
        while (shown < wanted) {
            LedgerPoint after = place;
            int limit = (int) Math.min(PAGE, wanted - shown);
            Ledger.Page page =
                    Patience.with(() -> daybook.ledger().matching(List.of(topic), after, RANGE, limit, "This tail"));
            if (!page.entries().isEmpty()) {
                // Asked anew: something may have been declared sensitive meanwhile.
                Redaction redaction = Patience.with(() -> shell.redaction(daybook));
                page.entries().forEach(entry -> show(entry.event(), redaction, table));
            }
            shown += page.entries().size();
            place = page.lookedUntil();
            // Whoever read us, such as head, has gone.
            if (shell.out().checkError()) {
                return;
            }
            if (page.atEnd()) {
                if (!follow || !pause(table)) {
                    return;
                }
            }
        }
    }

    private void show(Event event, Redaction redaction, Table table) {
        if (shell.isJson()) {
            shell.out().println(EventLines.json(event, redaction));
        } else {
            table.row(EventLines.row(event, redaction));
        }
    }

    private boolean pause(Table table) {
        if (shell.isJson()) {
            shell.out().flush();
        } else {
            table.flush();
        }
        try {
            Thread.sleep(PAUSE.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
