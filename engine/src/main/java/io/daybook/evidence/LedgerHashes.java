package io.daybook.evidence;

import io.daybook.database.Database;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Streams {@code ledger.hash} in pages, holding no connection between them. Thread-safe. */
final class LedgerHashes {

    private static final int PAGE = 10_000;

    private final Database database;
    private final String query;

    LedgerHashes(Database database) {
        this.database = database;
        this.query = database.sql("""
                select position, hash
                from daybook.ledger
                where position > ?
                  and position <= ?
                order by position
                """);
    }

    /**
     * Hands over the hashes after that position and up to that one, in order.
     *
     * @throws NoEvidence if one is missing, or is no hash; those before it were handed over
     */
    void between(long after, long until, Consumer<byte[]> taker) {
        for (long position = after; position < until; ) {
            List<byte[]> page = page(position, Math.min(until, position + PAGE));
            for (byte[] hash : page) {
                position++;
                if (hash == null || hash.length != Sha256.BYTES) {
                    throw broken(position);
                }
                taker.accept(hash);
            }
            if (page.isEmpty()) {
                throw broken(position + 1);
            }
        }
    }

    private static NoEvidence broken(long position) {
        return new NoEvidence(
                "Position %d of the ledger is missing or has no hash. Nothing was written; run `daybook verify`."
                        .formatted(position));
    }

    private List<byte @Nullable []> page(long after, long until) {
        return database.call("Reading the hashes of the ledger after position " + after, c -> {
            try (PreparedStatement statement = c.prepareStatement(query)) {
                statement.setLong(1, after);
                statement.setLong(2, until);
                try (ResultSet rows = statement.executeQuery()) {
                    List<byte @Nullable []> page = new ArrayList<>();
                    while (rows.next() && rows.getLong(1) == after + page.size() + 1) {
                        page.add(rows.getBytes(2));
                    }
                    return page;
                }
            }
        });
    }
}
