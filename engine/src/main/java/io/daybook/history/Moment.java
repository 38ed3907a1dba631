package io.daybook.history;

import java.time.Instant;

/** Up to when events count. */
public sealed interface Moment {

    /** Everything committed by now, whether it has a position or not. */
    record Now() implements Moment {}

    /** What stands in the ledger up to that position. */
    record AtPosition(long position) implements Moment {}

    /** What was said of the entity before that version of it. */
    record BeforeVersion(long version) implements Moment {}

    /** What had entered the ledger by then: what could be known at that time. */
    record RecordedAt(Instant instant) implements Moment {}

    /**
     * What had happened by then (creation date), as we know it today, folded in the order of versions: nodes' clocks differ, an
     * entity's versions do not.
     */
    record OccurredAt(Instant instant) implements Moment {}
}
