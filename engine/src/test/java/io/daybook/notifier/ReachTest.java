package io.daybook.notifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

class ReachTest {

    static final LedgerEntry ENTRY = new LedgerEntry(
            new Event(
                    1,
                    OptionalLong.of(1),
                    EntityRef.of("order", "a"),
                    1,
                    Operation.UPDATE,
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(),
                    Instant.EPOCH,
                    Optional.of(Instant.EPOCH),
                    new UUID(0, 0),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalLong.empty(),
                    Map.of()),
            point(1),
            100);

    private static LedgerPoint point(long position) {
        return position == 0 ? LedgerPoint.BEGINNING : new LedgerPoint(position, new byte[] {1});
    }

    private static List<LedgerEntry> found(int count) {
        return Collections.nCopies(count, ENTRY);
    }

    /** How many positions are looked at to catch up with a ledger in which these match; also that no look was larger than allowed. */
    private static long lookedAt(long ledger, LongPredicate matches) {
        Reach reach = Reach.FIRST;
        long total = 0;
        for (long at = 0; at < ledger; ) {
            long end = Math.min(ledger, at + reach.positions());
            total += end - at;
            int count = 0;
            long until = at;
            while (until < end && count < reach.page()) {
                until++;
                count += matches.test(until) ? 1 : 0;
            }
            assertThat(reach.positions()).isBetween(1_000L, 10_000_000L);
            reach = reach.after(point(at), new Ledger.Page(found(count), point(until), until == ledger));
            at = until;
        }
        return total;
    }

    @Test
    void what_is_rare_is_found_in_one_pass_of_few_looks() {
        assertThat(lookedAt(1_000_000, position -> position == 990_000)).isEqualTo(1_000_000);
        Reach afterNothing = Reach.FIRST.after(point(0), new Ledger.Page(List.of(), point(10_000), false));
        assertThat(afterNothing.positions()).isEqualTo(10_000_000);
    }

    @Test
    void ten_million_events_of_which_one_in_ten_thousand_counts_take_two_looks() {
        int found = 1;
        Reach second = Reach.FIRST.after(point(0), new Ledger.Page(found(found), point(10_000), false));

        assertThat(second.positions()).isEqualTo(10_000_000);
        assertThat(second.page()).isGreaterThan(1_000);
    }

    @Test
    void all_looks_together_take_in_a_few_times_the_ledger_however_the_events_lie_in_it() {
        long ledger = 3_000_000;
        for (int every : new int[] {1, 2, 10, 100, 1_000, 100_000}) {
            assertThat(lookedAt(ledger, position -> position % every == 0)).isLessThan(3 * ledger);
        }
        for (int gap : new int[] {5_000, 30_000, 200_000}) {
            assertThat(lookedAt(ledger, position -> position % gap < 1_000)).isLessThan(6 * ledger);
        }
        assertThat(lookedAt(ledger, position -> position > ledger / 2)).isLessThan(3 * ledger);
    }
}
