package io.daybook.repository;

import io.daybook.event.Event;
import io.daybook.event.Operation;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One event of an entity, and the entity after it.
 *
 * @param event what happened, as it stands in the log
 * @param entity what it was then, in the class of today; empty after a DELETION, and before the first CREATION. An act changes nothing
 */
public record EntityVersion<T>(Event event, Optional<T> entity) {

    /** 1, 2, 3 ... without holes. */
    public long version() {
        return event.version();
    }

    /** Its place in the ledger; empty until the sequencer gave it one. */
    public OptionalLong position() {
        return event.position();
    }

    /** When it happened (creation date). */
    public Instant occurred() {
        return event.creationDate();
    }

    /** When it entered the ledger; empty as long as the position is. */
    public Optional<Instant> recorded() {
        return event.recordedAt();
    }

    /** Who did it; empty = not told. */
    public Optional<String> actor() {
        return event.actor();
    }

    /** Why; empty = not told. */
    public Optional<String> reason() {
        return event.reason();
    }

    public Operation operation() {
        return event.operation();
    }

    /** {@code order o-1, version 3, UPDATE}. The values are not shown. */
    @Override
    public String toString() {
        return "%s, version %d, %s".formatted(event.entity(), version(), operation());
    }
}
