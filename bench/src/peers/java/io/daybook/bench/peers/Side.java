package io.daybook.bench.peers;

/** One of those that take turns. */
interface Side {

    /** Has its turn: how much it did in a second. */
    double turn() throws Exception;
}
