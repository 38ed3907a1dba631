package io.daybook.sequencer;

import java.sql.SQLException;

/**
 * One run of the sequencer on one kind of database. Not thread-safe: the sequencer's thread calls it, and before that thread begins
 * whoever makes it.
 */
interface Round {

    /** Looks, before the first round, whether a process that was killed left what must not be there. */
    void prepare() throws SQLException;

    /** Whether a round would find something, asked without the fence: an idle round would cost a transaction id. */
    boolean isDue() throws SQLException;

    /** Numbers what was committed since the last round, as much as its bound allows. */
    RoundResult run() throws SQLException;

    /** Compares everything: numbers every committed event that has no position, whatever the accelerator says. */
    RoundResult sweep() throws SQLException;

    /**
     * Looks whether a few of the older events have no position, a different few each time.
     *
     * @return whether a sweep is needed
     */
    boolean audit() throws SQLException;

    /** Puts aside whoever holds the fence and does nothing with it. */
    void evictIdleHolder() throws SQLException;
}
