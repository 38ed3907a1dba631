package io.daybook.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.Tx;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.database.Database;
import io.daybook.event.DaybookException;
import io.daybook.event.EntityRef;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.notifier.Registration;
import io.daybook.sequencer.RoundStep;
import io.daybook.sequencer.Sequencer;
import io.daybook.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Many writers against two sequencers: slow transactions, rollbacks, savepoints, rounds that crash at every step. Beside the
 * durable registration a naive reader ("id greater than last") reads the same events, to show what the sequencer is for.
 */
final class Race {

    static final int WRITERS = 12;
    private static final int UNITS_PER_WRITER = 25;
    private static final int ENTITIES = 6;

    private final TestDatabase database;
    private final long seed;
    private final Set<Long> committed = ConcurrentHashMap.newKeySet();
    private final List<Long> received = Collections.synchronizedList(new ArrayList<>());
    private final Set<Long> seenNaively = new TreeSet<>();

    Race(TestDatabase database, long seed) {
        this.database = database;
        this.seed = seed;
    }

    /**
     * How it went.
     *
     * @param lost committed events that the naive reader never saw
     * @param overtaken events that stand in the ledger behind one with a larger id
     */
    record Outcome(int committed, long lost, long overtaken) {}

    Outcome run() throws Exception {
        try (Daybook node =
                        database.daybook().appendTimeout(Duration.ofSeconds(60)).open();
                Database other = Database.open(database.url(), database.user(), database.password(), 4, "daybook");
                Sequencer crashing = new Sequencer(other, head -> {}, 7, Sequencer.AUDIT_INTERVAL, new Crashes(seed))) {
            crashing.start();
            Registration registration = node.notifier().register("race");
            try (EventConsumer consumer = Consumers.consume(registration, event -> received.add(event.eventId()))) {
                AtomicBoolean over = new AtomicBoolean();
                ExecutorService threads = Executors.newCachedThreadPool();
                try {
                    Future<?> naive = threads.submit(() -> readNaively(over));
                    writeAll(node, threads);
                    crashing.wake();
                    awaitSequenced(registration);
                    over.set(true);
                    naive.get(30, TimeUnit.SECONDS);
                } finally {
                    threads.shutdownNow();
                }
                assertThat(consumer.isRunning()).isTrue();
            }
            LogCheck log = LogCheck.read(database).isWhole().hasExactly(committed);
            assertThat(new TreeSet<>(received)).as("received").isEqualTo(new TreeSet<>(committed));
            assertThat(received).as("received once").doesNotHaveDuplicates();
            LogCheck.verifies(node);
            long lost =
                    committed.stream().filter(id -> !seenNaively.contains(id)).count();
            return new Outcome(committed.size(), lost, log.overtaken());
        }
    }

    private void awaitSequenced(Registration registration) throws InterruptedException {
        List<Receipt.Appended> all = committed.stream()
                .map(id -> new Receipt.Appended(id, EntityRef.of("any", "any"), 1))
                .toList();
        // The event with the largest id need not be the last one in the ledger, so each is asked for.
        for (Receipt.Appended event : all) {
            registration.await(new Receipt(UUID.randomUUID(), List.of(event), false), Duration.ofSeconds(60));
        }
    }

    private void writeAll(Daybook node, ExecutorService threads) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(WRITERS);
        List<Future<?>> writers = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
            Random random = new Random(seed * 1_000 + writer);
            writers.add(threads.submit(() -> {
                barrier.await();
                try (Connection connection = database.connect()) {
                    for (int unit = 0; unit < UNITS_PER_WRITER; unit++) {
                        write(node, connection, random);
                    }
                }
                return null;
            }));
        }
        for (Future<?> writer : writers) {
            writer.get(5, TimeUnit.MINUTES);
        }
    }

    private void write(Daybook node, Connection connection, Random random) throws SQLException {
        if (random.nextInt(3) == 0) {
            Receipt receipt = node.transact(tx -> say(tx, random));
            receipt.events().forEach(event -> committed.add(event.eventId()));
            return;
        }
        connection.setAutoCommit(false);
        List<Long> said = new ArrayList<>();
        try {
            said.addAll(ids(node.join(connection, tx -> say(tx, random))));
            linger(random);
            if (random.nextInt(3) == 0) {
                Savepoint savepoint = connection.setSavepoint();
                // Of an entity of its own, so that joining twice cannot end in a deadlock.
                node.join(connection, tx -> tx.record("aside", "a" + random.nextLong(), Operation.of("NOTE")));
                linger(random);
                connection.rollback(savepoint);
            }
            if (random.nextInt(5) == 0) {
                connection.rollback();
            } else {
                connection.commit();
                committed.addAll(said);
            }
        } catch (DaybookException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static List<Long> ids(Receipt receipt) {
        return receipt.events().stream().map(Receipt.Appended::eventId).toList();
    }

    private static void say(Tx tx, Random random) {
        int changes = 1 + random.nextInt(4);
        for (int change = 0; change < changes; change++) {
            tx.record("shared", "e" + random.nextInt(ENTITIES), Operation.of("TOUCH"), change);
        }
        tx.create("own", Long.toHexString(random.nextLong()));
    }

    /** Slow transactions are what makes ids and commits differ in order; this is not a wait for anything. */
    private static void linger(Random random) {
        LockSupport.parkNanos(random.nextInt(8) * 1_000_000L);
    }

    private Void readNaively(AtomicBoolean over) throws SQLException {
        long last = 0;
        try (Connection connection = database.connect();
                PreparedStatement query = connection.prepareStatement(
                        "select event_id from daybook.events where event_id > ? order by event_id")) {
            boolean finalLook;
            do {
                finalLook = over.get();
                query.setLong(1, last);
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        last = rows.getLong(1);
                        seenNaively.add(last);
                    }
                }
            } while (!finalLook);
        }
        return null;
    }

    /** Ends rounds at random steps, as a process that dies there would. */
    static final class Crashes implements RoundStep.Bystander {

        private final Random random;

        Crashes(long seed) {
            this.random = new Random(seed);
        }

        @Override
        public synchronized void at(RoundStep step) {
            if (random.nextInt(6) == 0) {
                throw new IllegalStateException("crash at " + step);
            }
        }
    }
}
