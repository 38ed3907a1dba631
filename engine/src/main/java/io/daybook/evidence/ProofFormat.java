package io.daybook.evidence;

/** What a proof may be. Whoever reads one may have it from an enemy. */
final class ProofFormat {

    /** What a proof of this version begins with. */
    static final String FORMAT = "daybook-proof-1";

    /** Most events of one proof. */
    static final int MOST_EVENTS = 100_000;

    /** Longest text in a proof, such as a value. */
    static final int LONGEST_TEXT = 16 << 20;

    /** Largest file, in characters. */
    static final long LARGEST = 1L << 30;

    /** No ledger has a tree that is higher. */
    static final int LONGEST_PATH = 63;

    private ProofFormat() {}
}
