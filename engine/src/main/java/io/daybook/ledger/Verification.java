package io.daybook.ledger;

import java.util.Optional;

/**
 * What a verification found.
 *
 * @param verified how many positions were checked and found unchanged, from the first on
 * @param head the last place of the ledger when it began
 * @param unsequenced committed events that had no position when it ended: on their way, and no fault
 * @param erased events whose value and metadata were erased, and whose digests stand in for them
 * @param problem the first thing that is wrong; empty = the history is unchanged
 */
public record Verification(long verified, LedgerPoint head, long unsequenced, long erased, Optional<Problem> problem) {

    /** Whether nothing is wrong. */
    public boolean isClean() {
        return problem.isEmpty();
    }

    /**
     * The first thing that is wrong.
     *
     * @param position where
     * @param what one sentence
     */
    public record Problem(long position, String what) {}

    /** Hears how far a verification is; called every few thousand positions, in the verifying thread. */
    @FunctionalInterface
    public interface Progress {
        void at(long position, long head);
    }
}
