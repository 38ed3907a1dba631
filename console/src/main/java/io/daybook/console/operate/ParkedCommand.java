package io.daybook.console.operate;

import io.daybook.Daybook;
import io.daybook.console.shell.EventLines;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Table;
import io.daybook.notifier.ParkedEvent;
import io.daybook.notifier.RegistrationControl;
import io.daybook.redaction.Redaction;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code daybook parked}. */
@Command(
        name = "parked",
        description = {
            "Lists the events that were set aside for a registration, or shows why one of them was.",
            "",
            "TRIED 0 means that an earlier event of the same entity is parked. Exit code 5 if there is none at --position.",
            "",
            "What was said of a failure may quote values: of entities whose type has sensitive attributes it is only shown with --show-sensitive."
        },
        footer = {"Examples:", "  daybook parked billing", "  daybook parked billing --position 4711", ""})
public final class ParkedCommand implements Callable<Integer> {

    private static final int PAGE = 500;

    private final Shell shell;

    @Mixin
    private Operator operator;

    @Option(
            names = "--position",
            paramLabel = "<n>",
            description = "Only that one, with the stack trace of its last failure.")
    private @Nullable Long position;

    public ParkedCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        try (Daybook daybook = shell.openToRead()) {
            RegistrationControl control = operator.unnamed(daybook);
            Redaction redaction = shell.redaction(daybook);
            return position == null ? list(control, redaction) : show(control, redaction, position);
        }
    }

    private int list(RegistrationControl control, Redaction redaction) {
        if (shell.isJson()) {
            each(control, parked -> shell.say(json(parked, redaction)));
            return ExitCode.OK;
        }
        if (control.parked(0, 1).isEmpty()) {
            shell.say("Nothing is parked for %s.".formatted(operator.registration()));
            return ExitCode.OK;
        }
        try (Table table = new Table(shell.out(), ">POSITION", "ENTITY", ">TRIED", "PARKED", "RETRY", "ERROR")) {
            each(
                    control,
                    parked -> table.row(
                            parked.position(),
                            parked.entity(),
                            parked.attempts(),
                            parked.parked(),
                            parked.retrying() ? "asked for" : "-",
                            shown(parked, parked.error(), redaction).orElse("-")));
        }
        return ExitCode.OK;
    }

    private static void each(RegistrationControl control, Consumer<ParkedEvent> action) {
        List<ParkedEvent> page = control.parked(0, PAGE);
        while (!page.isEmpty()) {
            page.forEach(action);
            page = control.parked(page.get(page.size() - 1).position(), PAGE);
        }
    }

    private int show(RegistrationControl control, Redaction redaction, long wanted) {
        List<ParkedEvent> found = control.parked(wanted - 1, 1);
        if (found.isEmpty() || found.get(0).position() != wanted) {
            shell.note("Position %d is not parked for %s. See what is: daybook parked %s"
                    .formatted(wanted, operator.registration(), operator.registration()));
            return ExitCode.NOT_FOUND;
        }
        ParkedEvent parked = found.get(0);
        if (shell.isJson()) {
            shell.say(json(parked, redaction));
            return ExitCode.OK;
        }
        shell.say("Position %d, %s, parked %s after %d tries."
                .formatted(parked.position(), parked.entity(), parked.parked(), parked.attempts()));
        shell.say(shown(parked, parked.stackTrace(), redaction)
                .orElse("It was never tried: an earlier event of the entity is parked."));
        return ExitCode.OK;
    }

    /** What was told of a failure before the attributes were declared sensitive may quote them. */
    private static Optional<String> shown(ParkedEvent parked, Optional<String> failure, Redaction redaction) {
        return redaction.concerns(parked.entity().type()) ? failure.map(any -> EventLines.REDACTED) : failure;
    }

    private static String json(ParkedEvent parked, Redaction redaction) {
        JsonLine line = new JsonLine()
                .put("position", parked.position())
                .put("entity_type", parked.entity().type().name())
                .put("entity_id", parked.entity().id())
                .put("attempts", parked.attempts())
                .put("parked", parked.parked().toString())
                .put("retrying", parked.retrying());
        if (parked.error().isPresent() && redaction.concerns(parked.entity().type())) {
            line.put("redacted", List.of("error", "stack_trace"));
        } else {
            parked.error().ifPresent(error -> line.put("error", error));
            parked.stackTrace().ifPresent(trace -> line.put("stack_trace", trace));
        }
        return line.toString();
    }
}
