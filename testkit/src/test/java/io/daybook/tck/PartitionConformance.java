package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.Daybook;
import io.daybook.DaybookBuilder;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.consumers.TransactionalEventConsumer;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.notifier.AwaitTimeout;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Notifier;
import io.daybook.notifier.Presence;
import io.daybook.notifier.Registration;
import io.daybook.notifier.RegistrationClosed;
import io.daybook.notifier.RegistrationDiffers;
import io.daybook.notifier.Start;
import io.daybook.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One registration, several partitions, several nodes: who delivers what, and what happens when that changes. */
abstract class PartitionConformance extends Conformance {

    private static final Operation ACT = Operation.of("ACT");
    private static final Topic THINGS = Topic.of("thing");

    @Override
    DaybookBuilder settings(DaybookBuilder builder) {
        return builder.lease(Duration.ofSeconds(2));
    }

    private Daybook anotherNode() {
        return settings(database().daybook()).open();
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

    /** Which events came, in the order in which they did; the same one again counts once. */
    private static final class Heard {
        final Map<String, List<Long>> versions = new ConcurrentHashMap<>();
        final Set<Long> positions = ConcurrentHashMap.newKeySet();
        final List<String> outOfOrder = new CopyOnWriteArrayList<>();

        synchronized void hear(Event event) {
            List<Long> of = versions.computeIfAbsent(event.entityId(), id -> new ArrayList<>());
            if (positions.add(event.position().orElseThrow())) {
                if (event.version() != of.size() + 1) {
                    outOfOrder.add(event.entityId() + " version " + event.version() + " after " + of);
                }
                of.add(event.version());
            }
        }

        void awaitAll(int count) {
            Await.until(() -> positions.size() >= count, () -> "heard only " + positions.size() + " of " + count);
        }
    }

    @Test
    void the_partitions_of_one_node_share_all_entities_and_keep_the_order_of_each() {
        Registration registration = daybook().notifier().registerDivided("r", 4, Start.beginning(), THINGS);
        Heard heard = new Heard();
        Set<String> threads = ConcurrentHashMap.newKeySet();
        CountDownLatch atOnce = new CountDownLatch(4);
        try (EventConsumer consumer = Consumers.consume(registration, event -> {
            // Each thread keeps its first event until all of them have one: four partitions are in four hands at once.
            if (threads.add(Thread.currentThread().getName())) {
                atOnce.countDown();
                atOnce.await();
            }
            heard.hear(event);
        })) {
            touch(40, 25);
            heard.awaitAll(1_000);
            Await.caughtUp(daybook(), registration);
            assertThat(consumer.isRunning()).isTrue();
        }
        assertThat(heard.outOfOrder).isEmpty();
        assertThat(threads).hasSize(4);
        assertThat(registration.ownPartitions()).as("after the stop").isEmpty();
    }

    @Test
    void two_nodes_share_the_partitions_evenly_and_each_event_goes_to_one_of_them() {
        Heard heard = new Heard();
        Map<String, Set<String>> nodesOfEntity = new ConcurrentHashMap<>();
        try (Daybook other = anotherNode()) {
            Registration here = daybook().notifier().registerDivided("r", 4, Start.beginning(), THINGS);
            Registration there = other.notifier().register("r", THINGS);
            try (EventConsumer first = Consumers.consume(here, event -> {
                        nodesOfEntity
                                .computeIfAbsent(event.entityId(), id -> new HashSet<>())
                                .add("here");
                        heard.hear(event);
                    });
                    EventConsumer second = Consumers.consume(there, event -> {
                        nodesOfEntity
                                .computeIfAbsent(event.entityId(), id -> new HashSet<>())
                                .add("there");
                        heard.hear(event);
                    })) {
                Await.until(
                        () -> here.ownPartitions().size() == 2
                                && there.ownPartitions().size() == 2,
                        () -> "here " + here.ownPartitions() + ", there " + there.ownPartitions());
                touch(40, 25);
                heard.awaitAll(1_000);
                assertThat(first.isRunning() && second.isRunning()).isTrue();
            }
        }
        assertThat(heard.outOfOrder).isEmpty();
        assertThat(nodesOfEntity.values()).as("nodes of an entity").allMatch(nodes -> nodes.size() == 1);
        assertThat(nodesOfEntity.values()).contains(Set.of("here"), Set.of("there"));
    }

    @Test
    void of_two_nodes_one_delivers_what_is_not_divided_and_the_other_goes_on_at_once_when_it_stops() {
        touch(1, 10);
        Heard heard = new Heard();
        List<String> who = new CopyOnWriteArrayList<>();
        try (Daybook other = anotherNode()) {
            Registration here = daybook().notifier().register("r", THINGS);
            Registration there = other.notifier().register("r", THINGS);
            EventConsumer first = Consumers.consume(here, event -> {
                who.add("here");
                heard.hear(event);
            });
            heard.awaitAll(10);
            try (EventConsumer second = Consumers.consume(there, event -> {
                who.add("there");
                heard.hear(event);
            })) {
                touch(1, 10);
                heard.awaitAll(20);
                assertThat(who).as("while the first one runs").containsOnly("here");
                first.stop();
                touch(1, 10);
                heard.awaitAll(30);
                assertThat(second.isRunning()).isTrue();
            }
        }
        assertThat(who).as("each event once").hasSize(30);
        assertThat(who.subList(20, 30)).containsOnly("there");
        assertThat(heard.outOfOrder).isEmpty();
    }

    @Test
    void who_reads_without_a_consumer_class_owns_what_it_reads_until_its_daybook_closes() throws Exception {
        touch(1, 3);
        Registration here = daybook().notifier().register("r", THINGS);
        try (Daybook other = anotherNode()) {
            Delivery delivery =
                    other.notifier().register("r", THINGS).poll(LONG).orElseThrow();
            assertThat(here.poll(SOON)).as("not two at once").isEmpty();
            delivery.done();
        }
        assertThat(here.poll(LONG).orElseThrow().event().version()).isEqualTo(2);
    }

    @Test
    void what_another_node_unregistered_can_be_registered_again_here() throws Exception {
        touch(1, 1);
        Registration before = daybook().notifier().register("r", THINGS);
        before.poll(LONG).orElseThrow().done();
        try (Daybook other = anotherNode()) {
            other.notifier().unregister("r");
        }
        assertThatThrownBy(() -> {
                    while (true) {
                        before.poll(LONG);
                    }
                })
                .isInstanceOf(RegistrationClosed.class);
        Registration again = daybook().notifier().register("r", THINGS);
        assertThat(again.poll(LONG).orElseThrow().event().version()).isEqualTo(1);
    }

    @Test
    void what_an_owner_that_lost_its_partition_finishes_does_not_move_the_cursor() throws Exception {
        touch(1, 5);
        Registration registration = daybook().notifier().register("r", THINGS);
        Delivery first = registration.poll(LONG).orElseThrow();
        Await.sequenced(daybook());
        // Another owner, as after a pause longer than the lease.
        execute("update daybook.cursors set epoch = epoch + 1, owner = null where registration = 'r'");
        first.done();
        registration.save();
        assertThat(text("select position from daybook.cursors where registration = 'r'"))
                .isEqualTo("0");
        // It finds out, takes the partition anew, and hears the same again, after what it had read before.
        long version = 0;
        for (int events = 0; version != 1 && events < 10; events++) {
            version = registration.poll(LONG).orElseThrow().event().version();
        }
        assertThat(version).isEqualTo(1);
    }

    @Test
    void a_node_whose_lease_ended_begins_again_as_another_one() throws Exception {
        touch(1, 5);
        Registration registration = daybook().notifier().register("r", THINGS);
        registration.poll(LONG).orElseThrow().done();
        registration.save();
        String before = text("select owner from daybook.cursors where registration = 'r'");
        execute("update daybook.nodes set lease_until = started");
        Await.until(
                () -> {
                    try {
                        Delivery delivery = registration.poll(SOON).orElse(null);
                        if (delivery != null) {
                            delivery.done();
                        }
                        String now = text("select owner from daybook.cursors where registration = 'r'");
                        return !now.equals(before) && !now.equals("null");
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                },
                () -> "still node " + before);
    }

    @Test
    void a_node_that_is_dead_is_succeeded_within_its_lease() throws Exception {
        touch(1, 5);
        Notifier notifier = daybook().notifier();
        notifier.register("r", THINGS);
        execute(
                "insert into daybook.nodes (node, process, host, pid, started, lease_until)"
                        + " values ('dead', 'p', 'h', 1, current_timestamp, current_timestamp + interval '2' second)",
                "update daybook.cursors set owner = 'dead', epoch = 7 where registration = 'r'",
                "insert into daybook.candidates (registration, node) values ('r', 'dead')");
        Registration registration = notifier.register("r", THINGS);
        if (isPostgresql()) {
            assertThat(registration.poll(SOON)).as("while its lease lasts").isEmpty();
        }
        assertThat(registration.poll(LONG).orElseThrow().event().version()).isEqualTo(1);
    }

    @Test
    void a_known_registration_keeps_its_partitions_and_another_number_is_refused() {
        Notifier notifier = daybook().notifier();
        notifier.registerDivided("r", 3, Start.beginning(), THINGS);
        assertThat(notifier.register("r", THINGS).partitions()).isEqualTo(3);
        assertThatThrownBy(() -> notifier.registerDivided("r", 5, Start.beginning(), THINGS))
                .isInstanceOf(RegistrationDiffers.class)
                .hasMessageContaining("divide(5");
        assertThatThrownBy(() -> notifier.registerDivided("x", 0, Start.beginning(), THINGS))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_registration_is_divided_anew_while_it_is_consumed_with_nothing_lost_doubled_or_out_of_order()
            throws Exception {
        Registration registration = daybook().notifier().registerDivided("r", 2, Start.beginning(), THINGS);
        Heard heard = new Heard();
        AtomicInteger deliveries = new AtomicInteger();
        try (TransactionalEventConsumer consumer = Consumers.consumeInTransaction(registration, (event, jooq) -> {
            deliveries.incrementAndGet();
            heard.hear(event);
        })) {
            for (int partitions : new int[] {5, 1, 3}) {
                Thread writer = new Thread(() -> touch(20, 10));
                writer.start();
                daybook().notifier().control("r").as("kim").divide(partitions, LONG);
                writer.join();
                Await.until(
                        () -> registration.ownPartitions().size() == partitions,
                        () -> "own " + registration.ownPartitions());
            }
            heard.awaitAll(600);
            assertThat(consumer.isRunning()).isTrue();
        }
        assertThat(heard.outOfOrder).isEmpty();
        assertThat(heard.positions).hasSize(600);
        assertThat(deliveries).hasValueGreaterThanOrEqualTo(600);
    }

    @Test
    void a_partition_that_is_taken_away_and_comes_again_begins_after_every_epoch_before() throws Exception {
        Registration registration = daybook().notifier().registerDivided("r", 3, Start.beginning(), THINGS);
        long before = 0;
        for (int partitions : new int[] {1, 3, 1, 2}) {
            // Nobody has consumed, so all are together; nobody has to be waited for.
            daybook().notifier().control("r").divide(partitions, LONG);
            long lowest = Long.parseLong(text("select min(epoch) from daybook.cursors"));
            assertThat(lowest).isGreaterThan(before);
            execute("update daybook.cursors set epoch = epoch + 1 where partition = " + (partitions - 1));
            before = Long.parseLong(text("select max(epoch) from daybook.cursors"));
        }
        assertThat(registration.ownPartitions()).isEmpty();
    }

    @Test
    void one_that_cannot_come_together_stays_divided_as_it_was() throws Exception {
        Registration registration = daybook().notifier().registerDivided("r", 2, Start.beginning(), THINGS);
        touch(20, 1);
        CountDownLatch goOn = new CountDownLatch(1);
        Heard heard = new Heard();
        try (EventConsumer consumer = Consumers.consume(registration, event -> {
            if (event.entityId().equals("t7")) {
                goOn.await();
            }
            heard.hear(event);
        })) {
            Await.until(() -> heard.positions.size() >= 10, () -> "heard only " + heard.positions);
            assertThatThrownBy(() -> daybook().notifier().control("r").divide(3, Duration.ofSeconds(2)))
                    .isInstanceOf(AwaitTimeout.class);
            assertThat(text("select partitions from daybook.registrations")).isEqualTo("2");
            assertThat(text("select drain_until from daybook.registrations")).isEqualTo("null");
            goOn.countDown();
            heard.awaitAll(20);
            assertThat(consumer.isRunning()).isTrue();
        }
    }

    @Test
    void a_node_that_takes_part_is_seen_by_the_others_as_long_as_it_does_though_it_delivers_nothing() throws Exception {
        Presence here = daybook().notifier().takePart();
        assertThat(here.isValid()).isTrue();
        try (Daybook other = anotherNode()) {
            Presence there = other.notifier().takePart();
            assertThat(there.node()).isNotEqualTo(here.node());
            assertThat(daybook().notifier().nodes()).contains(here.node(), there.node());
            String before = there.node();
            // Longer than the lease: it is renewed.
            long until = System.nanoTime() + Duration.ofSeconds(3).toNanos();
            Await.until(() -> System.nanoTime() > until, () -> "the lease would have ended");
            assertThat(daybook().notifier().nodes()).contains(before);
            assertThat(there.node()).isEqualTo(before);
            there.close();
            assertThat(there.isValid()).isFalse();
            Await.until(
                    () -> !daybook().notifier().nodes().contains(before),
                    () -> "the lease goes on, which nobody needs");
        }
        assertThat(daybook().notifier().nodes()).containsExactly(here.node());
    }
}
