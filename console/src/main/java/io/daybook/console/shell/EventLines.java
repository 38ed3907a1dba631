package io.daybook.console.shell;

import io.daybook.event.Event;
import io.daybook.event.Value;
import io.daybook.redaction.Redaction;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;

/** Events as text. */
public final class EventLines {

    private static final int LONGEST_VALUE = 120;

    /** What is shown in place of a value. No value looks like it: a text has quotes. */
    public static final String REDACTED = "(redacted)";

    private EventLines() {}

    /**
     * An event for programs. What it has not is left out; everything here is in the ledger, so an event always reads the same. What the redaction
     * hides is left out too, and its names are in {@code redacted}.
     */
    public static String json(Event event, Redaction redaction) {
        return line(event, redaction).toString();
    }

    /** The same, as a part of another line. */
    public static JsonLine line(Event whole, Redaction redaction) {
        Event event = redaction.visible(whole);
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
        line.put("redacted", redaction.hidden(whole))
                .put("creation_date", event.creationDate().toString())
                .put("recorded_at", event.recordedAt().map(Instant::toString))
                .put("transaction", event.transactionId().toString())
                .put("actor", event.actor())
                .put("reason", event.reason())
                .put("correlation_id", event.correlationId())
                .put("causation_position", event.causationPosition());
        if (!event.context().isEmpty()) {
            line.put("context", event.context());
        }
        return line;
    }

    /** A table of events for people. */
    public static Table table(PrintWriter out) {
        return new Table(out, ">POSITION", "OCCURRED", "OPERATION", "ENTITY", ">VERSION", "ACTOR", "CHANGE");
    }

    /** A row of {@link #table}. */
    public static Object[] row(Event event, Redaction redaction) {
        return new Object[] {
            event.position().isPresent() ? Long.toString(event.position().getAsLong()) : "-",
            event.creationDate(),
            event.operation(),
            event.entity(),
            event.version(),
            event.actor().orElse("-"),
            change(event, redaction)
        };
    }

    /** What it says: {@code status = "paid"}; where something is hidden, {@code iban = (redacted)}, which no value looks like. */
    public static String change(Event whole, Redaction redaction) {
        Event event = redaction.visible(whole);
        String value = event.attributeValue().map(EventLines::shortened).orElse("");
        if (event.attributeName().isPresent()) {
            boolean hidden =
                    whole.attributeValue().isPresent() && event.attributeValue().isEmpty();
            return event.attributeName().get() + " = " + (hidden ? REDACTED : value.isEmpty() ? "(no value)" : value);
        }
        List<String> hidden = redaction.hidden(whole);
        return hidden.isEmpty() ? value : "%s (redacted: %s)".formatted(value, String.join(", ", hidden));
    }

    /** Its JSON, the beginning of it if it is long. */
    public static String shortened(Value value) {
        String json = value.json();
        return json.length() <= LONGEST_VALUE ? json : json.substring(0, LONGEST_VALUE) + "...";
    }
}
