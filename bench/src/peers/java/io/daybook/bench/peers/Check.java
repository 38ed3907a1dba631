package io.daybook.bench.peers;

/** A number that somebody lost or made up is no measurement. */
final class Check {

    private Check() {}

    /** @throws IllegalStateException unless the two are the same */
    static void count(String what, long expected, long found) {
        if (found != expected) {
            throw new IllegalStateException("Number of %s: expected %d, found %d.".formatted(what, expected, found));
        }
    }
}
