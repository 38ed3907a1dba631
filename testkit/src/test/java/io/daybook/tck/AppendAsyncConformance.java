package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.AppendTimeout;
import io.daybook.Daybook;
import io.daybook.EntityExists;
import io.daybook.EntityNotFound;
import io.daybook.VersionConflict;
import io.daybook.event.Event;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Receipt;
import io.daybook.event.Value;
import io.daybook.testkit.Collisions;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Appends that share transactions. */
abstract class AppendAsyncConformance extends Conformance {

    private static final int LONGEST_SECONDS = (int) LONG.toSeconds();

    private static Receipt get(CompletableFuture<Receipt> answer) throws Exception {
        return answer.get(LONGEST_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void each_caller_gets_its_own_receipt_and_context() throws Exception {
        List<CompletableFuture<Receipt>> answers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String id = "o-" + i;
            answers.add(daybook()
                    .as("a-" + i)
                    .because("r-" + i)
                    .correlatedWith("c-" + i)
                    .appendAsync(tx -> {
                        tx.create("order", id, Map.of("n", id));
                        tx.update("order", id, "n", 1);
                    }));
        }
        for (int i = 0; i < 200; i++) {
            Receipt receipt = get(answers.get(i));
            List<Event> events = history("o-" + i);
            assertThat(receipt.events()).extracting(Receipt.Appended::version).containsExactly(1L, 2L);
            assertThat(events).extracting(Event::transactionId).containsOnly(receipt.transactionId());
            assertThat(events).extracting(e -> e.actor().orElseThrow()).containsOnly("a-" + i);
            assertThat(events).extracting(e -> e.reason().orElseThrow()).containsOnly("r-" + i);
            assertThat(events).extracting(e -> e.correlationId().orElseThrow()).containsOnly("c-" + i);
            assertThat(daybook().outcome(receipt.transactionId()).orElseThrow().events())
                    .isEqualTo(receipt.events());
        }
        assertThat(ledger()).hasSize(400);
        assertThat(daybook().verify().isClean()).isTrue();
    }

    @Test
    void what_is_said_of_one_entity_is_appended_in_the_order_of_the_calls() throws Exception {
        CompletableFuture<Receipt> last = daybook().appendAsync(tx -> tx.create("order", "o-1"));
        for (int n = 0; n < 500; n++) {
            int number = n;
            last = daybook().appendAsync(tx -> tx.update("order", "o-1", "n", number));
        }
        get(last);
        assertThat(history("o-1").stream().skip(1).map(e -> e.attributeValue().orElseThrow()))
                .isEqualTo(upTo(500).stream().map(n -> Value.of(n - 1)).toList());
    }

    @Test
    void one_that_is_refused_harms_no_other_and_leaves_nothing() throws Exception {
        try (Connection held = transaction()) {
            // While this one is held back, the others gather behind it in one group.
            daybook().join(held, tx -> tx.create("order", "held"));
            List<CompletableFuture<Receipt>> good = new ArrayList<>();
            CompletableFuture<Receipt> exists = null;
            CompletableFuture<Receipt> missing = null;
            CompletableFuture<Receipt> conflict = null;
            for (int i = 0; i < 50; i++) {
                String id = "o-" + i;
                good.add(daybook().appendAsync(tx -> tx.create("order", id)));
                if (i == 10) {
                    exists = daybook().appendAsync(tx -> {
                        tx.create("order", "left-over");
                        tx.create("order", "o-10");
                    });
                }
                if (i == 20) {
                    missing = daybook().appendAsync(tx -> tx.update("order", "nobody", "n", 1));
                }
                if (i == 30) {
                    conflict = daybook().appendAsync(tx -> tx.expecting(7).update("order", "o-30", "n", 1));
                }
            }
            for (CompletableFuture<Receipt> answer : good) {
                assertThat(get(answer).events()).hasSize(1);
            }
            assertThat(exists).failsWithin(LONG).withThrowableThat().withCauseInstanceOf(EntityExists.class);
            assertThat(missing).failsWithin(LONG).withThrowableThat().withCauseInstanceOf(EntityNotFound.class);
            assertThat(conflict)
                    .failsWithin(LONG)
                    .withThrowableThat()
                    .withCauseInstanceOf(VersionConflict.class)
                    .withMessageContaining("expected version 7")
                    .withMessageContaining("found 1");
            held.rollback();
        }
        assertThat(history("left-over")).isEmpty();
        assertThat(ledger()).hasSize(50);
    }

    @Test
    void what_the_database_does_not_take_harms_no_other() throws Exception {
        int deep = 20_000;
        Object nested = 1;
        for (int i = 0; i < deep; i++) {
            nested = List.of(nested);
        }
        Object tooDeep = nested;
        List<CompletableFuture<Receipt>> good = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String id = "o-" + i;
            good.add(daybook().appendAsync(tx -> tx.create("order", id)));
        }
        assertThatThrownBy(() -> get(daybook().appendAsync(tx -> tx.create("order", "deep", tooDeep))))
                .isInstanceOf(Exception.class);
        for (CompletableFuture<Receipt> answer : good) {
            assertThat(get(answer).events()).hasSize(1);
        }
        assertThat(history("deep")).isEmpty();
    }

    @Test
    void an_open_transaction_holds_up_only_what_touches_its_entities() throws Exception {
        daybook().transact(tx -> {
            tx.create("order", "held");
            tx.create("order", "free");
            tx.create("order", "third");
        });
        try (Connection holder = transaction()) {
            daybook().join(holder, tx -> tx.update("order", "held", "n", 0));
            CompletableFuture<Receipt> waits = daybook().appendAsync(tx -> {
                tx.update("order", "free", "n", 1);
                tx.update("order", "held", "n", 1);
            });
            CompletableFuture<Receipt> behind = daybook().appendAsync(tx -> tx.update("order", "free", "n", 2));
            CompletableFuture<Receipt> queued = daybook().appendAsync(tx -> {
                tx.update("order", "held", "n", 2);
                tx.update("order", "third", "n", 1);
            });
            CompletableFuture<Receipt> behindQueued = daybook().appendAsync(tx -> tx.update("order", "third", "n", 2));
            for (int i = 0; i < 20; i++) {
                String id = "o-" + i;
                assertThat(get(daybook().appendAsync(tx -> tx.create("order", id)))
                                .events())
                        .hasSize(1);
                daybook().transact(tx -> tx.update("order", id, "n", 1));
            }
            assertThat(waits).isNotDone();
            assertThat(behind).isNotDone();
            assertThat(behindQueued)
                    .as("behind one that waits for its turn itself")
                    .isNotDone();
            holder.commit();
            assertThat(get(queued).events())
                    .extracting(Receipt.Appended::version)
                    .containsExactly(4L, 2L);
            assertThat(get(behindQueued).events())
                    .extracting(Receipt.Appended::version)
                    .containsExactly(3L);
            assertThat(get(waits).events())
                    .extracting(Receipt.Appended::version)
                    .containsExactly(2L, 3L);
            assertThat(get(behind).events())
                    .extracting(Receipt.Appended::version)
                    .containsExactly(3L);
        }
    }

    @Test
    void however_many_wait_for_an_open_transaction_nobody_else_waits_with_them() throws Exception {
        int many = 20;
        Duration longer = LONG.multipliedBy(2);
        try (Daybook patient = database().daybook().appendTimeout(longer).open();
                Connection holder = transaction();
                Connection other = transaction()) {
            for (int i = 0; i < many; i++) {
                String id = "held-" + i;
                daybook().join(holder, tx -> tx.create("order", id));
            }
            daybook().join(other, tx -> tx.create("order", "soon-free"));
            List<CompletableFuture<Receipt>> waiting = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                String id = "held-" + i;
                waiting.add(patient.appendAsync(tx -> tx.create("order", id)));
            }
            CompletableFuture<Receipt> soonFree = patient.appendAsync(tx -> tx.create("order", "soon-free"));
            CompletableFuture<Receipt> large = patient.appendAsync(tx -> {
                for (int i = 0; i < 100; i++) {
                    tx.create("order", "large-" + i);
                }
            });
            assertThat(get(large).events()).hasSize(100);
            assertThat(soonFree).isNotDone();
            other.rollback();
            assertThat(get(soonFree).events()).hasSize(1);
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            holder.rollback();
            for (CompletableFuture<Receipt> answer : waiting) {
                assertThat(get(answer).events()).hasSize(1);
            }
        }
    }

    @Test
    void who_waits_too_long_for_an_open_transaction_is_told_and_nothing_is_written() throws Exception {
        Duration timeout = Duration.ofMillis(300);
        try (Daybook impatient = database().daybook().appendTimeout(timeout).open();
                Connection holder = transaction()) {
            for (int i = 0; i < 10; i++) {
                String id = "held-" + i;
                daybook().join(holder, tx -> tx.create("order", id));
            }
            List<CompletableFuture<Receipt>> waiting = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                String id = "held-" + i % 10;
                waiting.add(impatient.appendAsync(tx -> tx.create("order", id)));
            }
            for (CompletableFuture<Receipt> answer : waiting) {
                assertThat(answer).failsWithin(LONG).withThrowableThat().withCauseInstanceOf(AppendTimeout.class);
            }
            holder.rollback();
        }
        assertThat(ledger()).isEmpty();
    }

    @Test
    void a_key_and_many_changes_keep_their_promises() throws Exception {
        CompletableFuture<Receipt> first = daybook().once("k").appendAsync(tx -> tx.create("order", "o-1"));
        CompletableFuture<Receipt> second = daybook().once("k").appendAsync(tx -> tx.create("order", "o-1"));
        CompletableFuture<Receipt> many = daybook().appendAsync(tx -> {
            for (int i = 0; i < 1_000; i++) {
                tx.update("order", "o-1", "n", i);
            }
        });
        assertThat(get(first).repeated()).isFalse();
        assertThat(get(second).repeated()).isTrue();
        assertThat(get(second).events()).isEqualTo(get(first).events());
        assertThat(get(many).events()).hasSize(1_000);
        assertThat(versions("o-1")).isEqualTo(upTo(1_001));
    }

    @Test
    void the_work_runs_at_the_call_and_what_it_throws_comes_out_of_it() throws Exception {
        assertThatThrownBy(() -> daybook().appendAsync(tx -> {
                    tx.create("order", "o-1");
                    throw new java.io.IOException("no");
                }))
                .isInstanceOf(java.io.IOException.class);
        assertThatThrownBy(() -> daybook().appendAsync(tx -> tx.create("Order!", "o-1")))
                .isInstanceOf(InvalidEvent.class);
        assertThat(get(daybook().appendAsync(tx -> {})).events()).isEmpty();
        assertThat(ledger()).isEmpty();
    }

    @Test
    void a_continuation_may_append_in_its_turn() throws Exception {
        CompletableFuture<Receipt> chain = daybook()
                .appendAsync(tx -> tx.create("order", "o-1"))
                .thenApply(receipt -> daybook().transact(tx -> tx.update("order", "o-1", "n", 1)))
                .thenCompose(receipt -> daybook().appendAsync(tx -> tx.update("order", "o-1", "n", 2)));
        assertThat(get(chain).events()).extracting(Receipt.Appended::version).containsExactly(3L);
        assertThatThrownBy(() -> daybook()
                        .appendAsync(tx -> tx.create("order", "o-1"))
                        .thenApply(receipt -> receipt)
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(EntityExists.class);
    }

    @Test
    void closing_appends_what_waits_and_lets_in_nothing_more() throws Exception {
        List<CompletableFuture<Receipt>> answers = new ArrayList<>();
        Daybook other = database().daybook().open();
        for (int i = 0; i < 500; i++) {
            String id = "o-" + i;
            answers.add(other.appendAsync(tx -> tx.create("order", id)));
        }
        other.close();
        assertThat(answers).allMatch(CompletableFuture::isDone);
        for (CompletableFuture<Receipt> answer : answers) {
            assertThat(get(answer).events()).hasSize(1);
        }
        assertThatThrownBy(() -> other.appendAsync(tx -> tx.create("order", "late")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThat(ledger()).hasSize(500);
    }

    /** Many threads, few entities, both ways of appending: every version once, every answer true. */
    @Test
    void many_callers_on_few_entities_all_get_what_they_were_promised() throws Exception {
        int callers = 12;
        int each = 60;
        for (int e = 0; e < 4; e++) {
            String id = "o-" + e;
            daybook().transact(tx -> tx.create("order", id));
        }
        List<Collisions.Outcome<List<Receipt>>> outcomes = Collisions.collide(callers, caller -> {
            SplittableRandom random = new SplittableRandom(caller);
            List<Receipt> receipts = new ArrayList<>();
            for (int n = 0; n < each; n++) {
                String id = "o-" + random.nextInt(4);
                String other = "o-" + random.nextInt(4);
                String value = caller + "-" + n;
                receipts.add(
                        switch (random.nextInt(3)) {
                            case 0 -> get(daybook().appendAsync(tx -> tx.update("order", id, "n", value)));
                            case 1 -> daybook().transact(tx -> tx.update("order", id, "n", value));
                            default ->
                                daybook().transact(tx -> {
                                    tx.update("order", id, "n", value);
                                    tx.update("order", other, "m", value);
                                });
                        });
            }
            return receipts;
        });
        assertThat(outcomes).allMatch(Collisions.Outcome::succeeded);
        long said = 0;
        for (Collisions.Outcome<List<Receipt>> outcome : outcomes) {
            for (Receipt receipt : java.util.Objects.requireNonNull(outcome.value())) {
                said += receipt.events().size();
            }
        }
        for (int e = 0; e < 4; e++) {
            assertThat(versions("o-" + e)).isEqualTo(upTo(versions("o-" + e).size()));
        }
        List<Event> all = ledger();
        assertThat(all).hasSize((int) said + 4);
        assertThat(daybook().verify().isClean()).isTrue();
    }
}
