package io.daybook.notifier;

import io.daybook.event.EntityRef;
import java.time.Instant;
import java.util.Optional;

/**
 * An event that was set aside for one registration.
 *
 * @param registration name of the registration
 * @param position of the event in the ledger
 * @param entity whose event it is
 * @param attempts how often it was tried; 0 = never, an earlier event of its entity is parked
 * @param error the last failure in one line; empty for one that was never tried
 * @param stackTrace of the last failure; empty for one that was never tried
 * @param parked when it was set aside (clock of the database)
 * @param retrying whether it is to be tried again
 */
public record ParkedEvent(
        String registration,
        long position,
        EntityRef entity,
        int attempts,
        Optional<String> error,
        Optional<String> stackTrace,
        Instant parked,
        boolean retrying) {}
