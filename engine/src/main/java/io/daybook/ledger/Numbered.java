package io.daybook.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a round of this process gave positions to, as it stands in the ledger since the round's commit: whoever follows the ledger and has come
 * to where it begins need not read it again.
 *
 * @param start the place before the first of them
 * @param recordedAt of all of them
 * @param rows in the order of the ledger; at least one
 */
public record Numbered(LedgerPoint start, Instant recordedAt, List<Row> rows) {

    /** More bytes than this are not kept in memory for anybody. */
    public static final long MOST_BYTES = 4 << 20;

    public Numbered {
        rows = List.copyOf(rows);
    }

    /** An event with the hash of its place. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record Row(EventRow event, byte[] hash) {}

    /** The last place of it. */
    public LedgerPoint end() {
        return point(rows.size() - 1);
    }

    /** About how many bytes it takes in memory. */
    public long bytes() {
        return rows.stream().mapToLong(row -> row.event().size()).sum();
    }

    /**
     * The next entries after that place.
     *
     * @param most how many at once
     * @return null if the place is none of it; empty if it is the last one
     */
    public @Nullable List<LedgerEntry> after(LedgerPoint place, int most) {
        long first = place.position() - start.position();
        if (first < 0 || first > rows.size() || !place.equals(first == 0 ? start : point((int) first - 1))) {
            return null;
        }
        List<LedgerEntry> entries = new ArrayList<>();
        for (int i = (int) first; i < rows.size() && entries.size() < most; i++) {
            EventRow event = rows.get(i).event();
            LedgerPoint point = point(i);
            entries.add(new LedgerEntry(
                    event.toEvent(OptionalLong.of(point.position()), Optional.of(recordedAt)), point, event.size()));
        }
        return entries;
    }

    private LedgerPoint point(int index) {
        return new LedgerPoint(start.position() + 1 + index, rows.get(index).hash());
    }
}
