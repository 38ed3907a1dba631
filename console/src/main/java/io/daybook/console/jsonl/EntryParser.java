package io.daybook.console.jsonl;

import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads what a line says. */
final class EntryParser {

    private static final Set<String> FIELDS = new TreeSet<>(Set.of(
            "entity_type",
            "entity_id",
            "operation",
            "attribute_name",
            "attribute_value",
            "metadata",
            "creation_date",
            "actor",
            "transaction",
            "reason",
            "correlation_id"));

    private EntryParser() {}

    static Entry parse(Lines.Line line) {
        if (line.tooLong()) {
            return Entry.unreadable(line, "it has more than %,d bytes".formatted(line.bytes().length));
        }
        Map<String, Value> fields;
        String transaction;
        try {
            Value object = Value.ofJson(text(line));
            if (!object.isObject()) {
                return Entry.unreadable(line, "it is no JSON object");
            }
            fields = object.members();
            transaction = transaction(fields);
        } catch (CharacterCodingException e) {
            return Entry.unreadable(line, "it is no UTF-8");
        } catch (InvalidEvent e) {
            return Entry.unreadable(line, withoutPoint(e));
        }
        try {
            return entry(line, fields, transaction);
        } catch (InvalidEvent e) {
            return Entry.bad(line, transaction, withoutPoint(e));
        }
    }

    static String text(Lines.Line line) throws CharacterCodingException {
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(line.bytes()))
                .toString();
        return line.number() == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    static String withoutPoint(Exception e) {
        String message = String.valueOf(e.getMessage());
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }

    private static Entry entry(Lines.Line line, Map<String, Value> fields, @Nullable String transaction) {
        refuseRedacted(fields);
        if (fields.containsKey("export")) {
            throw new InvalidEvent("It is a line of an export among others; import an export as a file of its own.");
        }
        refuseUnknown(fields, FIELDS);
        Operation operation = Operation.of(required(fields, "operation"));
        Change change =
                Change.of(EntityRef.of(required(fields, "entity_type"), required(fields, "entity_id")), operation);
        String attribute = optional(fields, "attribute_name");
        change = attribute == null ? change : change.attribute(attribute);
        if (operation.equals(Operation.UPDATE) && attribute == null) {
            throw new InvalidEvent("UPDATE sets one attribute, and there is no attribute_name.");
        }
        Value value = fields.get("attribute_value");
        // JSON null is a value an attribute may get; nothing else has the value null.
        if (value != null && (!value.isNull() || operation.equals(Operation.UPDATE))) {
            change = change.value(value);
        } else if (operation.equals(Operation.CREATION)) {
            change = change.attributes(Map.of());
        }
        Value metadata = metadata(fields);
        change = metadata == null ? change : change.metadata(metadata.members());
        String date = optional(fields, "creation_date");
        change = date == null ? change : change.occurredAt(instant(date));
        return new Entry(
                line.number(),
                line.bytes(),
                transaction,
                change,
                optional(fields, "actor"),
                optional(fields, "reason"),
                optional(fields, "correlation_id"),
                null);
    }

    static void refuseUnknown(Map<String, Value> fields, Set<String> known) {
        for (String field : fields.keySet()) {
            if (!known.contains(field)) {
                throw new InvalidEvent(
                        "There is no field \"%s\"; known are %s.".formatted(field, String.join(", ", known)));
            }
        }
    }

    /** What was masked is not what happened. */
    static void refuseRedacted(Map<String, Value> fields) {
        if (fields.containsKey("redacted")) {
            throw new InvalidEvent("It was exported without its sensitive values; export it with them.");
        }
    }

    /** null = none. */
    static @Nullable Value metadata(Map<String, Value> fields) {
        Value metadata = fields.get("metadata");
        if (metadata == null || metadata.isNull()) {
            return null;
        }
        if (!metadata.isObject()) {
            throw new InvalidEvent("metadata is an object, found a %s.".formatted(metadata));
        }
        return metadata;
    }

    private static @Nullable String transaction(Map<String, Value> fields) {
        Value transaction = fields.get("transaction");
        if (transaction == null || transaction.isNull()) {
            return null;
        }
        String json = transaction.json();
        // A number names a transaction as well as a text does.
        return json.startsWith("\"") ? transaction.as(String.class) : json;
    }

    static String required(Map<String, Value> fields, String field) {
        String text = optional(fields, field);
        if (text == null) {
            throw new InvalidEvent("%s is missing.".formatted(field));
        }
        return text;
    }

    static @Nullable String optional(Map<String, Value> fields, String field) {
        Value value = fields.get(field);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.json().startsWith("\"")) {
            throw new InvalidEvent("%s is a text, found a %s.".formatted(field, value));
        }
        return value.as(String.class);
    }

    static Instant instant(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw new InvalidEvent(
                    "creation_date \"%s\" is no ISO 8601 date with a zone, such as 2026-01-31T12:00:00Z."
                            .formatted(text.length() <= 60 ? text : text.substring(0, 60) + "..."),
                    e);
        }
    }
}
