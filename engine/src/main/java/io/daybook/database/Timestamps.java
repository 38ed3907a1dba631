package io.daybook.database;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Instants as both databases can compare them. */
public final class Timestamps {

    /** Just before and at the end of the years that an event may have occurred in: 1 to 9999. */
    private static final Instant BEFORE_ALL = Instant.parse("0000-12-31T23:59:59.999999Z");

    private static final Instant AFTER_ALL = Instant.parse("9999-12-31T23:59:59.999999Z");

    private Timestamps() {}

    /**
     * That instant as the end of a time: what was kept is not after the one if it is not after the other. To the microsecond below, because the
     * driver of PostgreSQL rounds up; and within what the databases know, so that {@link Instant#MAX} means all and {@link Instant#MIN} none.
     */
    public static Instant end(Instant instant) {
        if (instant.isBefore(BEFORE_ALL)) {
            return BEFORE_ALL;
        }
        return instant.isAfter(AFTER_ALL) ? AFTER_ALL : instant.truncatedTo(ChronoUnit.MICROS);
    }
}
