package io.daybook.console.look;

import io.daybook.Daybook;
import io.daybook.console.shell.EventLines;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Shell;
import io.daybook.event.Event;
import io.daybook.history.Trace;
import io.daybook.redaction.Redaction;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code daybook trace}. */
@Command(
        name = "trace",
        description = {
            "Shows what led to an event, and what it led to, as a tree: each event below its cause.",
            "",
            "The event that was asked for is marked with =>. What was said together has the same unit, and is no cause of each other. With"
                    + " --json the lines come in the order of the tree, depth 0 being the event that was asked for. Exit code 5 if there is no such position."
        },
        footer = {"Examples:", "  daybook trace 4711", "  daybook trace 4711 --depth 3 --json", ""})
public final class TraceCommand implements Callable<Integer> {

    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "<position>", description = "Position of the event in the ledger.")
    private long position;

    @Option(
            names = "--depth",
            paramLabel = "<n>",
            defaultValue = "100",
            description = "Most causes, and most levels of consequences. Default: 100.")
    private int depth;

    @Option(
            names = "-n",
            paramLabel = "<count>",
            defaultValue = "1000",
            description = "Most consequences in all. Default: 1000.")
    private int count;

    public TraceCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        Trace.Limits limits = limits();
        try (Daybook daybook = shell.openToRead()) {
            Optional<Trace> trace = daybook.trace(position, limits);
            if (trace.isEmpty()) {
                shell.note("There is no position %d; the ledger ends at %d.".formatted(position, daybook.head()));
                return ExitCode.NOT_FOUND;
            }
            show(trace.get(), shell.redaction(daybook));
            return ExitCode.OK;
        }
    }

    private Trace.Limits limits() {
        try {
            return new Trace.Limits(depth, count);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private void show(Trace trace, Redaction redaction) {
        if (!shell.isJson()) {
            origin(trace.origin());
        }
        int level = 0;
        for (Event cause : trace.causes()) {
            line(cause, redaction, level, level - trace.causes().size(), false, false);
            level++;
        }
        nodes(trace.event(), redaction, level);
        shell.out().flush();
    }

    private void origin(Trace.Origin origin) {
        switch (origin) {
            case FOUND -> {}
            case MISSING -> shell.out().println("(its cause is not in the ledger)");
            case CIRCLE -> shell.out().println("(its cause comes again below: a circle)");
            case LIMIT -> shell.out().println("(there are more causes: --depth)");
        }
    }

    private record Step(Trace.Node node, int level) {}

    /** Not by recursion: a chain may be longer than a stack is deep. */
    private void nodes(Trace.Node first, Redaction redaction, int base) {
        Deque<Step> steps = new ArrayDeque<>(List.of(new Step(first, base)));
        while (!steps.isEmpty()) {
            Step step = steps.pop();
            Trace.Node node = step.node();
            line(node.event(), redaction, step.level(), step.level() - base, node.seenBefore(), node.cut());
            if (node.cut() && !shell.isJson()) {
                shell.out().println(indent(step.level() + 1) + "(there may be more: --depth, -n)");
            }
            List<Trace.Node> consequences = node.consequences();
            for (int i = consequences.size() - 1; i >= 0; i--) {
                steps.push(new Step(consequences.get(i), step.level() + 1));
            }
        }
    }

    private void line(Event event, Redaction redaction, int level, int fromAsked, boolean seenBefore, boolean cut) {
        if (shell.isJson()) {
            shell.out()
                    .println(new JsonLine()
                            .put("depth", fromAsked)
                            .put("seen_before", seenBefore)
                            .put("cut", cut)
                            .put("event", EventLines.line(event, redaction)));
            return;
        }
        String place =
                event.position().isPresent() ? Long.toString(event.position().getAsLong()) : "(waiting)";
        String text = "%s  %s of %s %s  %s  %s  unit %s"
                .formatted(
                        place,
                        event.operation(),
                        event.entity(),
                        EventLines.change(event, redaction),
                        event.actor().orElse("-"),
                        event.creationDate(),
                        event.transactionId());
        shell.out()
                .println(indent(level)
                        + (fromAsked == 0 ? "=> " : "")
                        + Messages.shown(text)
                        + (seenBefore ? "  (seen above: a circle)" : ""));
    }

    /** A line deeper than this would be all indent. */
    private static String indent(int level) {
        return level == 0 ? "" : "  ".repeat(Math.min(level, 40) - 1) + "`-";
    }
}
