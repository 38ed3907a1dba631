package io.daybook.console.shell;

import io.daybook.event.Event;
import io.daybook.event.Value;
import java.io.PrintWriter;
import java.time.Instant;

/** Events as text. */
public final class EventLines {

    private static final int LONGEST_VALUE = 120;

    private EventLines() {}

    /** An event for programs. What it has not is left out; everything here is in the ledger, so an event always reads the same. */
    public static String json(Event event) {
        JsonLine line = new JsonLine()
                .put("position", event.position())
                .put("entity_type", event.entityType().name())
                .put("entity_id", event.entityId())
                .put("version", event.version())
                .put("operation", event.operation().name())
                .put("attribute_name", event.attributeName());
        event.attributeValue().ifPresent(value -> line.put("attribute_value", value));
        if (!event.metadata().isEmpty()) {
            line.put("metadata", event.metadata());
        }
        line.put("creation_date", event.creationDate().toString())
                .put("recorded_at", event.recordedAt().map(Instant::toString))
                .put("transaction", event.transactionId().toString())
                .put("actor", event.actor())
                .put("reason", event.reason())
                .put("correlation_id", event.correlationId())
                .put("causation_position", event.causationPosition());
        if (!event.context().isEmpty()) {
            line.put("context", event.context());
        }
        return line.toString();
    }

    /** A table of events for people. */
    public static Table table(PrintWriter out) {
        return new Table(out, ">POSITION", "OCCURRED", "OPERATION", "ENTITY", ">VERSION", "ACTOR", "CHANGE");
    }

    /** A row of {@link #table}. */
    public static Object[] row(Event event) {
        return new Object[] {
            event.position().isPresent() ? Long.toString(event.position().getAsLong()) : "-",
            event.creationDate(),
            event.operation(),
            event.entity(),
            event.version(),
            event.actor().orElse("-"),
            change(event)
        };
    }

    /** What it says: {@code status = "paid"}. */
    public static String change(Event event) {
        String value = event.attributeValue().map(EventLines::shortened).orElse("");
        return event.attributeName()
                .map(name -> name + " = " + (value.isEmpty() ? "(no value)" : value))
                .orElse(value);
    }

    /** Its JSON, the beginning of it if it is long. */
    public static String shortened(Value value) {
        String json = value.json();
        return json.length() <= LONGEST_VALUE ? json : json.substring(0, LONGEST_VALUE) + "...";
    }
}
