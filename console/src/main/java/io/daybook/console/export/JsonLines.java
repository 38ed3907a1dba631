package io.daybook.console.export;

import io.daybook.console.shell.JsonLine;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Value;
import io.daybook.transfer.EventCopy;
import io.daybook.transfer.Exported;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;

/** One JSON object per event and line, which {@code daybook import} takes in. What an event has not is left out. */
final class JsonLines implements Format {

    /** Version of the lines; the first member of each. */
    private static final long VERSION = 1;

    @Override
    public String name() {
        return "jsonl";
    }

    @Override
    public String header() {
        return "";
    }

    @Override
    public String record(Exported exported, List<String> redacted) {
        EventCopy event = exported.event();
        JsonLine line = new JsonLine()
                .put("export", VERSION)
                .put("position", event.position())
                .put("entity_type", event.entity().type().name())
                .put("entity_id", event.entity().id())
                .put("version", event.version())
                .put("operation", event.operation().name())
                .put("attribute_name", event.attributeName());
        event.attributeValue().ifPresent(value -> line.put("attribute_value", value));
        line.put("value_digest", event.valueDigest());
        event.metadata().ifPresent(metadata -> line.put("metadata", metadata));
        line.put("redacted", redacted)
                .put("metadata_digest", event.metadataDigest())
                .put("creation_date", event.creationDate().toString())
                .put("recorded_at", exported.recordedAt().toString())
                .put("transaction", event.transactionId().toString())
                .put("transaction_events", event.transactionEvents())
                .put("actor", event.actor())
                .put("reason", event.reason())
                .put("correlation_id", event.correlationId())
                .put("causation_position", event.causationPosition());
        event.context().ifPresent(context -> line.put("context", context));
        byte[] hash = exported.point().hash();
        if (hash != null) {
            line.put("hash", HexFormat.of().formatHex(hash));
        }
        return line + "\n";
    }

    @Override
    public OptionalLong position(String record) {
        try {
            Value position = Value.stored(record).members().get("position");
            return position == null ? OptionalLong.empty() : OptionalLong.of(position.as(Long.class));
        } catch (InvalidEvent | io.daybook.event.ValueMismatch e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public boolean isQuoted() {
        return false;
    }
}
