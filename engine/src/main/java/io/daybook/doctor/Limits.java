package io.daybook.doctor;

import java.time.Duration;

/**
 * How long something may last before it is a finding.
 *
 * @param waiting an event without position; an examination that meets one looks again until then
 * @param appending a transaction that has appended events and is still open
 * @param vacuum a transaction that keeps vacuum from removing dead rows
 */
public record Limits(Duration waiting, Duration appending, Duration vacuum) {

    /** 10 seconds, 1 minute, 10 minutes. */
    public static final Limits DEFAULT =
            new Limits(Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofMinutes(10));

    /** @throws IllegalArgumentException if one is negative */
    public Limits {
        for (Duration limit : new Duration[] {waiting, appending, vacuum}) {
            if (limit.isNegative()) {
                throw new IllegalArgumentException("A limit of %s makes no sense. Give zero or more.".formatted(limit));
            }
        }
    }
}
