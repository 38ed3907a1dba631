package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.ledger.LedgerPoint;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Notifier;
import io.daybook.notifier.Registration;
import io.daybook.testkit.Await;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What others ran into, played here: each test names the issue. The rest of the list, and which tests show it, is in docs/guarantees.md.
 */
abstract class PeersConformance extends Conformance {

    private static final Operation ACT = Operation.of("ACT");
    private static final Topic RARE = Topic.of("rare");

    private Notifier notifier() {
        return daybook().notifier();
    }

    private void act(String type, String id) {
        daybook().transact(tx -> tx.record(type, id, ACT));
    }

    private static String take(Registration registration) throws InterruptedException {
        Delivery delivery = registration.poll(LONG).orElseThrow();
        delivery.done();
        return delivery.event().entityId();
    }

    /**
     * Axon #4829, Marten #4977: a gap that stays open for longer than a timeout is taken for one that nobody will fill, and what is
     * committed there later is skipped without a word. Here nothing is decided by time: a new process, whose memory holds nothing of the open
     * transaction, with cursors that are behind it, hears it all the same.
     */
    @Test
    void what_is_committed_long_after_later_events_were_finished_is_delivered() throws Exception {
        try (Connection late = transaction()) {
            daybook().join(late, tx -> tx.record("rare", "late", ACT));
            List<String> heard = new ArrayList<>();
            for (int life = 0; life < 3; life++) {
                Registration all = notifier().register("all");
                Registration rare = notifier().register("rare", RARE);
                assertThat(rare.poll(SOON)).isEmpty();
                act("order", "o-" + life);
                heard.add(take(all));
                Await.caughtUp(daybook(), all, rare);
                all.save();
                rare.save();
                daybooks.reopen();
            }
            assertThat(heard).containsExactly("o-0", "o-1", "o-2");
            late.commit();
        }
        assertThat(take(notifier().register("all"))).isEqualTo("late");
        assertThat(take(notifier().register("rare", RARE))).isEqualTo("late");
    }

    /** Marten #5108: readers stand still behind a transaction that sits idle, whatever it did. */
    @Test
    void transactions_that_sit_idle_delay_no_delivery() throws Exception {
        execute("create table unrelated (x int)");
        try (Connection unrelated = transaction();
                Connection appended = transaction();
                Statement statement = unrelated.createStatement()) {
            statement.execute("insert into unrelated values (1)");
            daybook().join(appended, tx -> tx.record("order", "open", ACT));
            Registration all = notifier().register("all");
            for (int unit = 0; unit < 20; unit++) {
                act("order", "o-" + unit);
                assertThat(take(all)).isEqualTo("o-" + unit);
            }
            all.save();
            assertThat(text("select position from daybook.cursors")).isEqualTo("20");
            unrelated.rollback();
            appended.commit();
            assertThat(take(all)).isEqualTo("open");
        }
    }

    /**
     * Marten #5239: with a filter that little fits, the cursor is set to the end of a range of which only a part was read. Here a full page ends
     * in the middle of a range, a queue overflows, and the process ends after every few events.
     */
    @Test
    void the_cursor_of_a_sparse_topic_passes_no_event_that_was_not_looked_at() throws Exception {
        List<String> expected = new ArrayList<>();
        for (int unit = 0; unit < 4; unit++) {
            int number = unit;
            daybook().transact(tx -> {
                for (int i = 0; i < 2_000; i++) {
                    tx.record("order", "o-" + i % 10, ACT);
                    if (i % 5 == 0) {
                        tx.record("rare", number + "-" + i, ACT);
                        expected.add(number + "-" + i);
                    }
                }
            });
        }
        Await.sequenced(daybook());
        List<String> heard = new ArrayList<>();
        for (int life = 0; heard.size() < expected.size(); life++) {
            Registration rare = notifier().register("rare", RARE);
            int more = Math.min(expected.size() - heard.size(), 37 + 180 * life);
            for (int i = 0; i < more; i++) {
                heard.add(take(rare));
            }
            rare.save();
            daybooks.reopen();
        }
        assertThat(heard).isEqualTo(expected);
        assertThat(notifier().register("rare", RARE).poll(SOON)).isEmpty();
    }

    /** The wide look of a sparse topic is another statement: it must find what the narrow one does, from every place, in every range. */
    @Test
    void a_look_for_what_is_rare_finds_the_same_as_any_other_look() throws Exception {
        // The late one has an id of the beginning and a position in the middle.
        try (Connection late = transaction()) {
            for (int unit = 0; unit < 30; unit++) {
                int number = unit;
                daybook().transact(tx -> {
                    tx.record("order", "o", ACT);
                    tx.record(number % 7 == 0 ? "rare" : "order", "r-" + number, ACT);
                });
                if (unit == 2) {
                    daybook().join(late, tx -> tx.record("rare", "late", ACT));
                } else if (unit == 15) {
                    Await.sequenced(daybook());
                    late.commit();
                    Await.sequenced(daybook());
                }
            }
        }
        long head = Await.sequenced(daybook());
        for (List<Topic> topics :
                List.of(List.of(RARE), List.of(RARE, Topic.of("order").entity("o")), List.<Topic>of())) {
            for (long begin = 0; begin <= head; begin++) {
                LedgerPoint place = daybook().ledger().point(begin).orElseThrow();
                for (long range : new long[] {1, 5, 1_000}) {
                    for (int limit : new int[] {1, 50}) {
                        assertThat(daybook().ledger().sparse(topics, place, range, limit, "the test"))
                                .isEqualTo(daybook().ledger().matching(topics, place, range, limit, "the test"));
                    }
                }
            }
        }
    }
}
