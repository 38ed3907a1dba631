package io.daybook.sequencer;

import io.daybook.ledger.Numbered;
import org.jspecify.annotations.Nullable;

/**
 * How a round ended.
 *
 * @param numbered how many events have a final position now that had none before
 * @param head the last position afterwards, as far as this round knows; -1 if it did not look
 * @param more whether it stopped at its bound, so the next round should follow at once
 * @param busy whether another node holds the fence
 * @param events what was numbered, where it is at hand; null = whoever wants it reads it
 */
record RoundResult(
        int numbered,
        long head,
        boolean more,
        boolean busy,
        @Nullable Numbered events) {

    static final RoundResult NOTHING = new RoundResult(0, -1, false, false, null);
    static final RoundResult BUSY = new RoundResult(0, -1, false, true, null);
}
