package io.daybook.bench.jmh;

import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** Events as a page of the ledger has them. */
final class Events {

    static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");
    static final UUID TRANSACTION = new UUID(1, 2);

    private Events() {}

    /** The first creates the entity, the others set one of ten attributes. */
    static Event of(EntityRef entity, long version) {
        boolean first = version == 1;
        return new Event(
                version,
                OptionalLong.of(version),
                entity,
                version,
                first ? Operation.CREATION : Operation.UPDATE,
                first ? Optional.empty() : Optional.of("attribute_" + version % 10),
                Optional.of(first ? Value.of(Map.of("status", "new", "total", 42)) : Value.of("value " + version)),
                Map.of(),
                TIME,
                Optional.of(TIME),
                TRANSACTION,
                Optional.of("kim"),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Map.of());
    }
}
