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
    public static final Selection EVERYTHING = builder().build();

    /** What to begin with: it selects everything until a part is said. */
    public static Builder builder() {
        return new Builder();
    }

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

    /** Says the parts by name. Each is empty until it is said, and what is said last counts. Not thread-safe. */
    public static final class Builder {

        private Collection<EntityType> entityTypes = List.of();
        private Collection<String> entityIds = List.of();
        private Collection<Operation> operations = List.of();
        private Collection<String> attributeNames = List.of();
        private Collection<String> actors = List.of();
        private Collection<String> correlationIds = List.of();
        private Collection<UUID> transactionIds = List.of();
        private OptionalLong fromPosition = OptionalLong.empty();
        private OptionalLong toPosition = OptionalLong.empty();
        private Optional<Instant> recordedFrom = Optional.empty();
        private Optional<Instant> recordedTo = Optional.empty();
        private Optional<Instant> occurredFrom = Optional.empty();
        private Optional<Instant> occurredTo = Optional.empty();

        private Builder() {}

        /** Of these kinds of entity. */
        public Builder entityTypes(Collection<EntityType> types) {
            entityTypes = types;
            return this;
        }

        /** Of entities with one of these ids, of any type. */
        public Builder entityIds(Collection<String> ids) {
            entityIds = ids;
            return this;
        }

        /** Where one of these happened. */
        public Builder operations(Collection<Operation> what) {
            operations = what;
            return this;
        }

        /** Of these attributes; events that name none fit too. */
        public Builder attributeNames(Collection<String> names) {
            attributeNames = names;
            return this;
        }

        /** By one of these. */
        public Builder actors(Collection<String> who) {
            actors = who;
            return this;
        }

        /** In one of these conversations. */
        public Builder correlationIds(Collection<String> ids) {
            correlationIds = ids;
            return this;
        }

        /** Of these units of work. */
        public Builder transactionIds(Collection<UUID> ids) {
            transactionIds = ids;
            return this;
        }

        /** The first position and the last one, both included; empty = no bound. */
        public Builder positions(OptionalLong from, OptionalLong to) {
            fromPosition = from;
            toPosition = to;
            return this;
        }

        /** Entered the ledger at the first time or later, and before the second (database clock); empty = no bound. */
        public Builder recorded(Optional<Instant> from, Optional<Instant> to) {
            recordedFrom = from;
            recordedTo = to;
            return this;
        }

        /** Happened at the first time or later, and before the second (creation date); empty = no bound. */
        public Builder occurred(Optional<Instant> from, Optional<Instant> to) {
            occurredFrom = from;
            occurredTo = to;
            return this;
        }

        /** What was said so far. */
        public Selection build() {
            return new Selection(
                    entityTypes,
                    entityIds,
                    operations,
                    attributeNames,
                    actors,
                    correlationIds,
                    transactionIds,
                    fromPosition,
                    toPosition,
                    recordedFrom,
                    recordedTo,
                    occurredFrom,
                    occurredTo);
        }
    }
}
