package io.daybook.sequencer;

/**
 * The places in a round where a crash would be most unwelcome. A test stands there and crashes it; nobody stands there
 * otherwise.
 */
public enum RoundStep {
    /** The fence is held, nothing is read. */
    FENCED,
    /** The events are read and hashed, nothing is written. */
    READ,
    /** The ledger rows are written, nothing is committed. */
    WRITTEN,
    /** Committed, nobody was told. */
    COMMITTED;

    /** Somebody who stands there. */
    @FunctionalInterface
    public interface Bystander {

        /** Stands nowhere. */
        Bystander NOBODY = step -> {};

        /** Called when the round is there. @throws RuntimeException to crash the round there */
        void at(RoundStep step);
    }
}
