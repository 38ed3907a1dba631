package io.daybook.transfer;

import io.daybook.event.EntityType;
import io.daybook.event.Operation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Which events of a ledger. Every part that is given must fit; of several values of one part one must. An empty part fits everything.
 * Immutable; equal if it selects by the same.
 *
 * @param entityTypes kinds of entity
 * @param entityIds ids of entities, of any type
 * @param operations what happened
 * @param attributeNames names of attributes; events that name none fit too, as with a {@link io.daybook.event.Topic}
 * @param actors who did it
 * @param correlationIds the conversation
 * @param transactionIds the unit of work
 * @param fromPosition the first position
 * @param toPosition the last position
 * @param recordedFrom entered the ledger at that time or later (database clock)
 * @param recordedTo entered the ledger before that time
 * @param occurredFrom happened at that time or later (creation date)
 * @param occurredTo happened before that time
 */
public record Selection(
        Collection<EntityType> entityTypes,
        Collection<String> entityIds,
        Collection<Operation> operations,
        Collection<String> attributeNames,
        Collection<String> actors,
        Collection<String> correlationIds,
        Collection<UUID> transactionIds,
        OptionalLong fromPosition,
        OptionalLong toPosition,
        Optional<Instant> recordedFrom,
        Optional<Instant> recordedTo,
        Optional<Instant> occurredFrom,
        Optional<Instant> occurredTo) {

    /** Everything. */
    public static final Selection EVERYTHING = new Selection(
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    public Selection {
        entityTypes = sorted(entityTypes);
        entityIds = sorted(entityIds);
        operations = sorted(operations);
        attributeNames = sorted(attributeNames);
        actors = sorted(actors);
        correlationIds = sorted(correlationIds);
        transactionIds = sorted(transactionIds);
    }

    private static <T extends Comparable<T>> List<T> sorted(Collection<T> values) {
        SortedSet<T> distinct = new TreeSet<>(values);
        return List.copyOf(distinct);
    }

    /** Whether an event must be looked at: else its position decides alone. */
    boolean looksAtEvents() {
        return !(entityTypes.isEmpty()
                && entityIds.isEmpty()
                && operations.isEmpty()
                && attributeNames.isEmpty()
                && actors.isEmpty()
                && correlationIds.isEmpty()
                && transactionIds.isEmpty()
                && occurredFrom.isEmpty()
                && occurredTo.isEmpty());
    }

    /** A part of a condition on {@code events e}, with one parameter. */
    record Part(String sql, Object parameter) {}

    List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        texts(
                parts,
                "e.entity_type = any (?)",
                entityTypes.stream().map(EntityType::name).toArray(String[]::new));
        texts(parts, "e.entity_id = any (?)", entityIds.toArray(String[]::new));
        texts(
                parts,
                "e.operation = any (?)",
                operations.stream().map(Operation::name).toArray(String[]::new));
        texts(parts, "(e.attribute_name is null or e.attribute_name = any (?))", attributeNames.toArray(String[]::new));
        texts(parts, "e.actor = any (?)", actors.toArray(String[]::new));
        texts(parts, "e.correlation_id = any (?)", correlationIds.toArray(String[]::new));
        if (!transactionIds.isEmpty()) {
            parts.add(new Part("e.transaction_id = any (?)", transactionIds.toArray(UUID[]::new)));
        }
        occurredFrom.ifPresent(from -> parts.add(new Part("e.creation_date >= ?", from)));
        occurredTo.ifPresent(to -> parts.add(new Part("e.creation_date < ?", to)));
        return parts;
    }

    private static void texts(List<Part> parts, String sql, String[] texts) {
        if (texts.length > 0) {
            parts.add(new Part(sql, texts));
        }
    }
}
