package io.daybook.history;

import io.daybook.database.Timestamps;
import io.daybook.event.Event;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Up to when events count. Each bound includes its end; null = no bound; an event counts where all of them hold. What counts is folded in the
 * order of versions, also where only the past is asked for: nodes' clocks differ and news come late, an entity's versions do not.
 *
 * @param position what stands in the ledger up to that position
 * @param recordedBy what had entered the ledger by then (clock of the database): what could be known at that time
 * @param occurredBy what had happened by then (creation date)
 */
public record Moment(
        @Nullable Long position,
        @Nullable Instant recordedBy,
        @Nullable Instant occurredBy) {

    /** Instants are kept as the databases compare them ({@link Timestamps#end}), so that Java and they count the same events. */
    public Moment {
        recordedBy = recordedBy == null ? null : Timestamps.end(recordedBy);
        occurredBy = occurredBy == null ? null : Timestamps.end(occurredBy);
    }

    /** Everything committed by now, whether it has a position or not. */
    public static final Moment NOW = new Moment(null, null, null);

    /** The same, but no later than that position. */
    public Moment atPosition(long last) {
        return new Moment(position == null ? last : Long.valueOf(Math.min(position, last)), recordedBy, occurredBy);
    }

    /** The same, but no later than what entered the ledger by then. */
    public Moment recordedBy(Instant instant) {
        return new Moment(
                position, recordedBy == null || instant.isBefore(recordedBy) ? instant : recordedBy, occurredBy);
    }

    /** The same, but no later than what happened by then. */
    public Moment occurredBy(Instant instant) {
        return new Moment(
                position, recordedBy, occurredBy == null || instant.isBefore(occurredBy) ? instant : occurredBy);
    }

    /** Whether that event counts; one without a position only where neither position nor recorded time is bounded. */
    boolean includes(Event event) {
        boolean known = (position == null || event.position().orElse(Long.MAX_VALUE) <= position)
                && (recordedBy == null
                        || event.recordedAt().map(at -> !at.isAfter(recordedBy)).orElse(false));
        return known && (occurredBy == null || !event.creationDate().isAfter(occurredBy));
    }
}
