package io.daybook.console.demo;

import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Shell;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import java.util.Locale;

/** Says when a README was changed. */
final class Alerts {

    static final Topic TOPIC = Topic.of("file").operation(Operation.UPDATE).attribute("blob");

    private final Shell shell;

    Alerts(Shell shell) {
        this.shell = shell;
    }

    private static String json(Event event) {
        return new JsonLine()
                .put("alert", event.entityId())
                .put("actor", event.actor())
                .put("creation_date", event.creationDate().toString())
                .put("position", event.position())
                .toString();
    }

    private static String text(Event event) {
        return "alert: %s was changed by %s on %s (position %d)"
                .formatted(
                        Messages.shown(event.entityId()),
                        Messages.shown(event.actor().orElse("unknown")),
                        event.creationDate(),
                        event.position().orElseThrow());
    }

    void on(Event event) {
        String path = event.entityId();
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (name.toUpperCase(Locale.ROOT).startsWith("README")) {
            synchronized (shell) {
                shell.say(shell.isJson() ? json(event) : text(event));
            }
        }
    }
}
