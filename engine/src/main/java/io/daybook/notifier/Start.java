package io.daybook.notifier;

import java.time.Instant;

/** Where a new registration begins. A registration that is known goes on where it was, whatever is said here. */
public sealed interface Start {

    /** Before the first event: everything that was ever recorded is delivered. */
    static Start beginning() {
        return new AtPosition(0);
    }

    /** After the last event that has a position now. */
    static Start now() {
        return new Now();
    }

    /** After that position: the next one is the first to be delivered. */
    static Start at(long position) {
        return new AtPosition(position);
    }

    /** After the last event that was recorded by then. */
    static Start at(Instant recorded) {
        return new AtInstant(recorded);
    }

    /** See {@link #now()}. */
    record Now() implements Start {}

    /** See {@link #at(long)}. */
    record AtPosition(long position) implements Start {
        public AtPosition {
            if (position < 0) {
                throw new IllegalArgumentException(
                        "Positions begin at 1 and 0 is the beginning, found %d.".formatted(position));
            }
        }
    }

    /** See {@link #at(Instant)}. */
    record AtInstant(Instant recorded) implements Start {}
}
