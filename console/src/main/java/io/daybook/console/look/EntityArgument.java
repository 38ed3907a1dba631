package io.daybook.console.look;

import io.daybook.event.EntityRef;
import io.daybook.event.InvalidEvent;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** An entity on the command line. */
final class EntityArgument {

    private EntityArgument() {}

    /** Refuses what can be no entity, before anything is opened. */
    static void check(CommandSpec spec, String type, String id) {
        try {
            EntityRef.of(type, id);
        } catch (InvalidEvent e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
