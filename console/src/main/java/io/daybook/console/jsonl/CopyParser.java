package io.daybook.console.jsonl;

import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import io.daybook.event.ValueMismatch;
import io.daybook.transfer.EventCopy;
import java.nio.charset.CharacterCodingException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the lines that {@code daybook export} writes. */
final class CopyParser {

    /** The version of the lines that this reads. */
    private static final long VERSION = 1;

    private static final Set<String> FIELDS = new TreeSet<>(Set.of(
            "export",
            "position",
            "entity_type",
            "entity_id",
            "version",
            "operation",
            "attribute_name",
            "attribute_value",
            "value_digest",
            "metadata",
            "metadata_digest",
            "creation_date",
            "recorded_at",
            "transaction",
            "transaction_events",
            "actor",
            "reason",
            "correlation_id",
            "causation_position",
            "context",
            "hash"));

    private CopyParser() {}

    /** Whether that line is one of an export, or of another command that shows events with their positions. */
    static boolean isCopy(Lines.Line line) {
        try {
            Map<String, Value> fields = fields(line);
            return fields.containsKey("export") || (fields.containsKey("position") && fields.containsKey("version"));
        } catch (InvalidEvent e) {
            return false;
        }
    }

    /** What the line says. @throws InvalidEvent if it is no line of an export, or not one that this version reads */
    static EventCopy parse(Lines.Line line) {
        Map<String, Value> fields = fields(line);
        EntryParser.refuseRedacted(fields);
        if (!fields.containsKey("export")) {
            throw new InvalidEvent(
                    "It is no line of an export: it has no member \"export\". Only what daybook export writes can come back with its positions.");
        }
        long version = number(fields, "export");
        if (version != VERSION) {
            throw new InvalidEvent(
                    "It is of version %d of the export, and this command reads version %d. Use the daybook that wrote it."
                            .formatted(version, VERSION));
        }
        EntryParser.refuseUnknown(fields, FIELDS);
        return new EventCopy(
                number(fields, "position"),
                new EntityRef(
                        new EntityType(EntryParser.required(fields, "entity_type")),
                        EntryParser.required(fields, "entity_id")),
                number(fields, "version"),
                Operation.of(EntryParser.required(fields, "operation")),
                text(fields, "attribute_name"),
                Optional.ofNullable(fields.get("attribute_value")),
                text(fields, "value_digest"),
                Optional.ofNullable(fields.get("metadata")),
                text(fields, "metadata_digest"),
                EntryParser.instant(EntryParser.required(fields, "creation_date")),
                uuid(EntryParser.required(fields, "transaction")),
                number(fields, "transaction_events"),
                text(fields, "actor"),
                text(fields, "reason"),
                text(fields, "correlation_id"),
                fields.containsKey("causation_position")
                        ? OptionalLong.of(number(fields, "causation_position"))
                        : OptionalLong.empty(),
                Optional.ofNullable(fields.get("context")));
    }

    /** The values of a line may have as many levels as a value may, and the line is one more around them. */
    private static Map<String, Value> fields(Lines.Line line) {
        if (line.tooLong()) {
            throw new InvalidEvent("It has more than %,d bytes.".formatted(line.bytes().length));
        }
        try {
            String text = EntryParser.text(line);
            if (!text.startsWith("{")) {
                throw new InvalidEvent("It is no JSON object.");
            }
            return Value.stored(text).members();
        } catch (CharacterCodingException e) {
            throw new InvalidEvent("It is no UTF-8.", e);
        }
    }

    private static Optional<String> text(Map<String, Value> fields, String field) {
        return Optional.ofNullable(EntryParser.optional(fields, field));
    }

    private static long number(Map<String, Value> fields, String field) {
        Value value = fields.get(field);
        Long number = value == null ? null : whole(value);
        if (number == null || number < 1) {
            throw new InvalidEvent("%s is a whole number from 1 on, found %s."
                    .formatted(field, value == null ? "nothing" : "a " + value));
        }
        return number;
    }

    private static @Nullable Long whole(Value value) {
        try {
            // Not as(Long.class) alone: it would take "1" and 1.5 too.
            return value.json().matches("[0-9]{1,18}") ? value.as(Long.class) : null;
        } catch (ValueMismatch e) {
            return null;
        }
    }

    private static UUID uuid(String text) {
        UUID uuid = null;
        try {
            uuid = UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            // The same as one that is written in another way.
        }
        if (uuid == null || !uuid.toString().equals(text)) {
            throw new InvalidEvent("transaction \"%s\" is no UUID in lower case."
                    .formatted(text.length() <= 60 ? text : text.substring(0, 60) + "..."));
        }
        return uuid;
    }
}
