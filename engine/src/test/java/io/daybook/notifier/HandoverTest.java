package io.daybook.notifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.EventRow;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import io.daybook.ledger.Numbered;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HandoverTest {

    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    private final Handover handover = new Handover();

    /** The hash of a place says nothing here but which place it is. */
    private static LedgerPoint place(long position) {
        return position == 0 ? LedgerPoint.BEGINNING : new LedgerPoint(position, hash(position));
    }

    private static byte[] hash(long position) {
        return new byte[] {(byte) position, 1};
    }

    private static Numbered round(long from, long until, String value) {
        List<Numbered.Row> rows = new ArrayList<>();
        for (long position = from; position <= until; position++) {
            EventRow event = new EventRow(
                    100 + position,
                    "order",
                    "o-" + position,
                    1,
                    "CREATION",
                    null,
                    value,
                    null,
                    NOW,
                    new UUID(0, position),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
            rows.add(new Numbered.Row(event, hash(position)));
        }
        return new Numbered(place(from - 1), NOW, rows);
    }

    private static Numbered round(long from, long until) {
        return round(from, until, "{}");
    }

    private @Nullable List<Long> after(LedgerPoint place, int most) {
        List<LedgerEntry> entries = handover.after(place, most);
        return entries == null
                ? null
                : entries.stream().map(LedgerEntry::position).toList();
    }

    @Test
    void rounds_follow_one_another_in_pieces_of_any_size() {
        handover.add(round(1, 3));
        handover.add(round(4, 4));
        assertThat(after(place(0), 2)).containsExactly(1L, 2L);
        assertThat(after(place(2), 2)).containsExactly(3L);
        assertThat(handover.endsAt(place(3))).as("there is more").isFalse();
        assertThat(after(place(3), 2)).containsExactly(4L);
        assertThat(handover.endsAt(place(4))).isTrue();
        assertThat(after(place(4), 2))
                .as("nothing came yet: whoever asks reads")
                .isNull();
    }

    @Test
    void an_entry_is_the_event_at_its_place_as_the_ledger_has_it() {
        handover.add(round(7, 8));
        LedgerEntry entry = handover.after(place(7), 10).get(0);
        assertThat(entry.point()).isEqualTo(place(8));
        assertThat(entry.event().position()).hasValue(8);
        assertThat(entry.event().eventId()).isEqualTo(108);
        assertThat(entry.event().recordedAt()).contains(NOW);
        assertThat(entry.event().entityId()).isEqualTo("o-8");
    }

    @Test
    void what_comes_before_a_round_of_this_process_is_to_be_read_first() {
        handover.add(round(5, 6));
        assertThat(after(place(3), 10)).as("another node numbered 4").isNull();
        assertThat(after(place(4), 10)).as("and now that is read").containsExactly(5L, 6L);
    }

    @Test
    void whoever_stands_in_another_history_gets_nothing() {
        handover.add(round(5, 6));
        assertThat(after(new LedgerPoint(4, hash(77)), 10)).isNull();
        handover.add(round(5, 6));
        assertThat(after(new LedgerPoint(5, hash(77)), 10)).isNull();
    }

    @Test
    void what_the_reader_has_passed_makes_room() {
        String large = "\"" + "x".repeat((int) Numbered.MOST_BYTES / 4 - 500) + "\"";
        for (int i = 1; i <= 3; i++) {
            handover.add(round(i, i, large));
        }
        assertThat(after(place(1), 10)).containsExactly(2L);
        assertThat(after(place(2), 10)).as("did not fit and is read").isNull();
        handover.add(round(4, 4, large));
        assertThat(after(place(3), 10)).containsExactly(4L);
    }
}
