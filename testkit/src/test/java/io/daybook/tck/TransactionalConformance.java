package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.Daybook;
import io.daybook.DaybookBuilder;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.FailurePolicy;
import io.daybook.consumers.TransactionalEventConsumer;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.notifier.Batch;
import io.daybook.notifier.OwnershipLost;
import io.daybook.notifier.ParkedEvent;
import io.daybook.notifier.Registration;
import io.daybook.notifier.Start;
import io.daybook.testkit.Await;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jooq.DSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Effect and cursor in one transaction: once, whatever happens. */
abstract class TransactionalConformance extends Conformance {

    private static final Operation ACT = Operation.of("ACT");
    private static final Topic THINGS = Topic.of("thing");
    private static final FailurePolicy QUICKLY = FailurePolicy.retry(2)
            .backOff(Duration.ofMillis(1), Duration.ofMillis(2))
            .thenPark();

    @Override
    DaybookBuilder settings(DaybookBuilder builder) {
        return builder.lease(Duration.ofSeconds(2));
    }

    @BeforeEach
    void table() throws SQLException {
        // No key: an effect that is had twice shows.
        execute("create table effects (position bigint not null, entity varchar(50) not null)");
    }

    private void touch(int entities, int times) {
        for (int time = 0; time < times; time++) {
            daybook().transact(tx -> {
                for (int entity = 0; entity < entities; entity++) {
                    tx.record("thing", "t" + entity, ACT);
                }
            });
        }
    }

    private static void effect(Event event, DSLContext jooq) {
        jooq.execute(
                "insert into effects (position, entity) values (?, ?)",
                event.position().orElseThrow(),
                event.entityId());
    }

    private long effects() {
        try {
            return Long.parseLong(text("select count(*) from effects"));
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private void assertOnceEach(int events) throws SQLException {
        assertThat(effects()).isEqualTo(events);
        assertThat(text("select count(distinct position) from effects")).isEqualTo(Integer.toString(events));
    }

    @Test
    void effect_and_cursor_are_one() throws Exception {
        Registration registration = daybook().notifier().register("r", THINGS);
        touch(5, 100);
        try (TransactionalEventConsumer consumer =
                Consumers.consumeInTransaction(registration, TransactionalConformance::effect)) {
            Await.caughtUp(daybook(), registration);
            assertThat(consumer.isRunning()).isTrue();
        }
        assertOnceEach(500);
        assertThat(text("select position from daybook.cursors")).isEqualTo("500");
    }

    @Test
    void a_batch_is_handed_over_whole_in_order_and_never_larger_than_asked_for() throws Exception {
        Registration registration = daybook().notifier().register("r", THINGS);
        touch(5, 20);
        Await.sequenced(daybook());
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        List<Long> positions = new CopyOnWriteArrayList<>();
        try (TransactionalEventConsumer consumer =
                new TransactionalEventConsumer(registration, FailurePolicy.retryForEver(), 30) {
                    @Override
                    protected void processEvent(Event event, DSLContext jooq) {
                        throw new AssertionError("handed over alone");
                    }

                    @Override
                    protected void processEvents(List<Event> events, DSLContext jooq) {
                        sizes.add(events.size());
                        events.forEach(event -> positions.add(event.position().orElseThrow()));
                        events.forEach(event -> effect(event, jooq));
                    }
                }) {
            consumer.start();
            Await.caughtUp(daybook(), registration);
        }
        assertThat(sizes).containsExactly(30, 30, 30, 10);
        assertThat(positions).isEqualTo(upTo(100));
        assertOnceEach(100);
    }

    @Test
    void what_fails_has_no_effect_and_those_before_and_after_it_do_once() throws Exception {
        Registration registration = daybook().notifier().register("r", THINGS);
        touch(5, 10);
        AtomicInteger failures = new AtomicInteger();
        try (TransactionalEventConsumer consumer = Consumers.consumeInTransaction(registration, (event, jooq) -> {
            effect(event, jooq);
            if (event.position().orElseThrow() == 17 && failures.incrementAndGet() < 4) {
                throw new IllegalStateException("not yet");
            }
        })) {
            Await.caughtUp(daybook(), registration);
            assertThat(consumer.isRunning()).isTrue();
        }
        assertThat(failures).hasValue(4);
        assertOnceEach(50);
    }

    @Test
    void what_never_works_is_parked_with_its_followers_and_the_others_have_their_effect_once() throws Exception {
        Registration registration = daybook().notifier().register("r", THINGS);
        AtomicBoolean mended = new AtomicBoolean();
        touch(5, 10);
        try (TransactionalEventConsumer consumer =
                Consumers.consumeInTransaction(registration, QUICKLY, (event, jooq) -> {
                    effect(event, jooq);
                    if (!mended.get() && event.entityId().equals("t3") && event.version() == 4) {
                        throw new IllegalStateException("never");
                    }
                })) {
            Await.caughtUp(daybook(), registration);
            assertOnceEach(43);
            assertThat(daybook().notifier().control("r").parked(0, 100)).hasSize(7);
            mended.set(true);
            daybook().notifier().control("r").retryParked();
            Await.until(() -> effects() == 50, () -> effects() + " effects");
            Await.until(
                    () -> daybook().notifier().control("r").parked(0, 100).isEmpty(),
                    () -> daybook().notifier().control("r").parked(0, 100).stream()
                            .map(ParkedEvent::position)
                            .toList()
                            .toString());
            assertThat(consumer.isRunning()).isTrue();
        }
        assertOnceEach(50);
    }

    @Test
    void an_owner_that_lost_its_partition_in_the_middle_has_no_effect() throws Exception {
        Registration registration = daybook().notifier().register("r", THINGS);
        touch(1, 3);
        Await.sequenced(daybook());
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (TransactionalEventConsumer consumer = Consumers.consumeInTransaction(registration, (event, jooq) -> {
            effect(event, jooq);
            inside.countDown();
            goOn.await();
        })) {
            inside.await();
            // Another owner, as after a pause longer than the lease.
            execute("update daybook.cursors set epoch = epoch + 1, owner = null");
            goOn.countDown();
            Await.caughtUp(daybook(), registration);
            assertThat(consumer.isRunning()).isTrue();
        }
        assertOnceEach(3);
    }

    /** A failover to a standby that had not received the last of them: nothing but the cursor tells. */
    @Test
    void effects_that_were_lost_together_with_the_cursor_are_had_anew() throws Exception {
        Registration registration = daybook().notifier().register("r", THINGS);
        touch(5, 10);
        try (TransactionalEventConsumer consumer =
                Consumers.consumeInTransaction(registration, TransactionalConformance::effect)) {
            Await.caughtUp(daybook(), registration);
            execute("delete from effects where position > 20");
            execute("""
                    update daybook.cursors
                    set position = 20,
                        hash = (select l.hash from daybook.ledger l where l.position = 20)
                    """);
            touch(1, 1);
            Await.until(() -> effects() >= 51, () -> effects() + " effects");
            Await.caughtUp(daybook(), registration);
            assertThat(consumer.isRunning()).isTrue();
        }
        assertOnceEach(51);
        assertThat(text("select position from daybook.cursors")).isEqualTo("51");
    }

    /** Registers it, and has its first event in hand. */
    private static Batch firstBatch(Daybook daybook) throws InterruptedException {
        return daybook.notifier()
                .register("r", THINGS)
                .claim("the test")
                .take(1, LONG)
                .orElseThrow();
    }

    @Test
    void an_owner_of_a_registration_that_was_forgotten_writes_nothing_to_one_that_was_made_anew() throws Exception {
        touch(1, 3);
        Await.sequenced(daybook());
        // Lasts longer than the test, so that nobody comes to the next epoch.
        Duration lease = Duration.ofMinutes(5);
        try (Daybook frozen = database().daybook().lease(lease).open();
                Daybook other = database().daybook().lease(lease).open()) {
            for (Daybook successor : List.of(other, frozen)) {
                Batch old = firstBatch(frozen);
                assertThatThrownBy(() -> old.finish(jooq -> {
                            other.notifier().unregister("r");
                            frozen.notifier().unregister("r");
                            firstBatch(successor);
                        }))
                        .isInstanceOf(OwnershipLost.class);
                assertThat(text("select position from daybook.cursors")).isEqualTo("0");
                other.notifier().unregister("r");
                frozen.notifier().unregister("r");
            }
        }
    }

    /** Axon #5050, namastack #395: claims are stolen, and events take effect twice. */
    @Test
    void nodes_that_come_and_go_and_lose_their_leases_have_every_effect_once() throws Exception {
        int events = 600;
        daybook().notifier().registerDivided("r", 4, Start.beginning(), THINGS);
        List<Thread> nodes = new ArrayList<>();
        AtomicBoolean over = new AtomicBoolean();
        for (int node = 0; node < 3; node++) {
            Thread thread = new Thread(() -> {
                while (!over.get()) {
                    try (Daybook daybook = settings(database().daybook()).open();
                            TransactionalEventConsumer consumer = Consumers.consumeInTransaction(
                                    daybook.notifier().register("r", THINGS), TransactionalConformance::effect)) {
                        Thread.sleep(300);
                        assertThat(consumer.isRunning()).isTrue();
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            });
            thread.start();
            nodes.add(thread);
        }
        for (int part = 0; part < 6; part++) {
            touch(20, events / 20 / 6);
            execute("update daybook.cursors set epoch = epoch + 1, owner = null where partition = " + part % 4);
            execute("update daybook.nodes set lease_until = started");
        }
        Await.until(() -> effects() >= events, () -> effects() + " effects");
        over.set(true);
        for (Thread node : nodes) {
            node.join();
        }
        assertOnceEach(events);
    }

    @Test
    void an_ephemeral_registration_has_no_cursor_to_commit() {
        Registration ephemeral = daybook().notifier().register();
        assertThatThrownBy(() -> Consumers.consumeInTransaction(ephemeral, (event, jooq) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Give it a name");
    }

    /** As where a consumer outlives its stop, still in its transaction, and the next one has the same partition in the same epoch. */
    @Test
    void a_transaction_that_outlives_another_one_with_the_same_events_has_no_effect() throws Exception {
        Registration registration = daybook().notifier().register("r", THINGS);
        touch(1, 3);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        CountDownLatch within = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (Registration.Claim claim = registration.claim("a test")) {
            Batch batch = claim.take(10, LONG).orElseThrow();
            Future<?> outliving = thread.submit(() -> {
                batch.finish(jooq -> {
                    batch.events().forEach(event -> effect(event, jooq));
                    within.countDown();
                    goOn.await();
                });
                return true;
            });
            within.await();
            batch.giveBack();
            Batch again = claim.take(10, LONG).orElseThrow();
            assertThat(again.events()).isEqualTo(batch.events());
            again.finish(jooq -> again.events().forEach(event -> effect(event, jooq)));
            goOn.countDown();
            assertThatThrownBy(() -> outliving.get(LONG.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseInstanceOf(OwnershipLost.class);
            assertOnceEach(again.events().size());
        } finally {
            goOn.countDown();
            thread.shutdownNow();
        }
    }
}
