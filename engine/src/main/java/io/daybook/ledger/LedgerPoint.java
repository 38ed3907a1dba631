package io.daybook.ledger;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A place in the ledger together with the hash there, which tells one history from another: two databases that agree on it
 * agree on everything before it.
 *
 * @param position 0 = before the first event
 * @param hash 32 bytes; null at position 0
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by content, below; nobody writes into a hash.
public record LedgerPoint(long position, byte @Nullable [] hash) {

    /** Before the first event. */
    public static final LedgerPoint BEGINNING = new LedgerPoint(0, null);

    /** The first eight hex digits of the hash, for messages; {@code -} at the beginning. */
    public String shortHash() {
        return hash == null ? "-" : HexFormat.of().formatHex(hash, 0, 4);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LedgerPoint point && position == point.position && Arrays.equals(hash, point.hash);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(position);
    }

    @Override
    public String toString() {
        return position + "/" + shortHash();
    }
}
