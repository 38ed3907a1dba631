package io.daybook.evidence;

/**
 * What an anchor says of a ledger.
 *
 * @param anchor the anchor
 * @param verdict what it came to
 * @param what one sentence
 */
public record AnchorFinding(Anchor anchor, Verdict verdict, String what) {

    /** What comparing an anchor with a ledger can come to. */
    public enum Verdict {
        /** The history up to it is what it was, all of it. */
        FITS,
        /** It fits, and nobody knows who signed it: no proof against somebody who can write an anchor. */
        FITS_UNKNOWN_KEY,
        /** The ledger ends before it: the tail was cut off, or the database was set back. */
        CUT,
        /** The chain is whole, and has another hash there: it was rewritten, or set back and continued. */
        REWRITTEN,
        /** The ledger is not as it was written somewhere before it, so it cannot be compared. */
        NOT_REACHED,
        /** The hash is right, and what else it says is not: whoever signed it signed what never was. */
        CONTRADICTORY,
        /** Of another daybook. */
        FOREIGN,
        /** Signed with a key that is not trusted. */
        UNTRUSTED_KEY,
        /** Its signature is not that of the key that it names. */
        FORGED
    }

    /** Whether the ledger is what this anchor says. */
    public boolean fits() {
        return verdict == Verdict.FITS || verdict == Verdict.FITS_UNKNOWN_KEY;
    }

    /** Whether the ledger is another one than this anchor speaks of, which may be believed. */
    boolean contradicts() {
        return verdict == Verdict.CUT || verdict == Verdict.REWRITTEN;
    }
}
