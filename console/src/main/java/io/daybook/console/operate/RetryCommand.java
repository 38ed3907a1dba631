package io.daybook.console.operate;

import io.daybook.Daybook;
import io.daybook.console.shell.Shell;
import io.daybook.event.EntityRef;
import io.daybook.event.InvalidEvent;
import io.daybook.notifier.RegistrationControl;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code daybook retry}. */
@Command(
        name = "retry",
        description = {
            "Lets parked events be tried again, in order, by the node that delivers their partition.",
            "",
            "Those that succeed are no longer parked; at the first of an entity that fails again, the rest of it stays. The cursor does not"
                    + " move. They are tried when a consumer runs, so look again with: daybook parked"
        },
        footer = {"Examples:", "  daybook retry billing", "  daybook retry billing --type order --id o-1", ""})
public final class RetryCommand implements Runnable {

    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Operator operator;

    @Option(names = "--type", paramLabel = "<type>", description = "Only events of that entity: its type.")
    private @Nullable String type;

    @Option(names = "--id", paramLabel = "<id>", description = "Only events of that entity: its id.")
    private @Nullable String id;

    public RetryCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        EntityRef entity = entity();
        try (Daybook daybook = shell.openToWrite()) {
            RegistrationControl control = operator.control(daybook);
            int events = entity == null ? control.retryParked() : control.retryParked(entity);
            operator.say(
                    shell,
                    "retry",
                    events == 1
                            ? "1 event is to be tried again."
                            : "%d events are to be tried again.".formatted(events));
        }
    }

    private @Nullable EntityRef entity() {
        String entityType = type;
        String entityId = id;
        if (entityType == null && entityId == null) {
            return null;
        }
        if (entityType == null || entityId == null) {
            throw new ParameterException(spec.commandLine(), "--type and --id name an entity together; give both.");
        }
        try {
            return EntityRef.of(entityType, entityId);
        } catch (InvalidEvent e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
