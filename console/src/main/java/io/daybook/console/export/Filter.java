package io.daybook.console.export;

import io.daybook.console.shell.InstantConverter;
import io.daybook.event.EntityType;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import io.daybook.transfer.Selection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that select events. */
final class Filter {

    @Option(names = "--type", paramLabel = "<type>", description = "Only entities of that type.")
    private List<String> types = new ArrayList<>();

    @Option(names = "--id", paramLabel = "<id>", description = "Only entities with that id.")
    private List<String> ids = new ArrayList<>();

    @Option(names = "--operation", paramLabel = "<operation>", description = "Only that operation, such as UPDATE.")
    private List<String> operations = new ArrayList<>();

    @Option(names = "--attribute", paramLabel = "<name>", description = "Only events of that attribute, or of none.")
    private List<String> attributes = new ArrayList<>();

    @Option(names = "--actor", paramLabel = "<actor>", description = "Only events by that actor.")
    private List<String> actors = new ArrayList<>();

    @Option(names = "--correlation-id", paramLabel = "<id>", description = "Only events of that conversation.")
    private List<String> correlationIds = new ArrayList<>();

    @Option(names = "--transaction", paramLabel = "<uuid>", description = "Only events of that unit of work.")
    private List<UUID> transactions = new ArrayList<>();

    @Option(names = "--from", paramLabel = "<position>", description = "The first position.")
    private @Nullable Long from;

    @Option(names = "--until", paramLabel = "<position>", description = "The last position.")
    private @Nullable Long until;

    @Option(
            names = "--recorded-from",
            paramLabel = "<instant>",
            converter = InstantConverter.class,
            description = "Recorded at that time or later.")
    private @Nullable Instant recordedFrom;

    @Option(
            names = "--recorded-before",
            paramLabel = "<instant>",
            converter = InstantConverter.class,
            description = "Recorded before that time.")
    private @Nullable Instant recordedBefore;

    @Option(
            names = "--occurred-from",
            paramLabel = "<instant>",
            converter = InstantConverter.class,
            description = "Happened (creation date) at that time or later.")
    private @Nullable Instant occurredFrom;

    @Option(
            names = "--occurred-before",
            paramLabel = "<instant>",
            converter = InstantConverter.class,
            description = "Happened before that time.")
    private @Nullable Instant occurredBefore;

    /** @throws InvalidEvent if a name cannot be one */
    Selection selection() {
        return Selection.builder()
                .entityTypes(types.stream().map(EntityType::new).toList())
                .entityIds(ids)
                .operations(operations.stream().map(Operation::of).toList())
                .attributeNames(attributes)
                .actors(actors)
                .correlationIds(correlationIds)
                .transactionIds(transactions)
                .positions(optional(from), optional(until))
                .recorded(Optional.ofNullable(recordedFrom), Optional.ofNullable(recordedBefore))
                .occurred(Optional.ofNullable(occurredFrom), Optional.ofNullable(occurredBefore))
                .build();
    }

    private static OptionalLong optional(@Nullable Long number) {
        return number == null ? OptionalLong.empty() : OptionalLong.of(number);
    }

    /** The same for the same selection: what an export that is gone on with must have in common with its beginning. */
    static Value described(Selection selection) {
        Map<String, Object> parts = new TreeMap<>();
        put(
                parts,
                "type",
                selection.entityTypes().stream().map(EntityType::name).toList());
        put(parts, "id", selection.entityIds());
        put(
                parts,
                "operation",
                selection.operations().stream().map(Operation::name).toList());
        put(parts, "attribute", selection.attributeNames());
        put(parts, "actor", selection.actors());
        put(parts, "correlation_id", selection.correlationIds());
        put(parts, "transaction", selection.transactionIds());
        selection.fromPosition().ifPresent(position -> parts.put("from", position));
        selection.toPosition().ifPresent(position -> parts.put("until", position));
        selection.recordedFrom().ifPresent(instant -> parts.put("recorded_from", instant.toString()));
        selection.recordedTo().ifPresent(instant -> parts.put("recorded_before", instant.toString()));
        selection.occurredFrom().ifPresent(instant -> parts.put("occurred_from", instant.toString()));
        selection.occurredTo().ifPresent(instant -> parts.put("occurred_before", instant.toString()));
        return Value.of(parts);
    }

    private static void put(Map<String, Object> parts, String name, Collection<?> values) {
        if (!values.isEmpty()) {
            parts.put(name, values);
        }
    }
}
