package io.daybook.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.database.Database;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.sequencer.RoundStep;
import io.daybook.sequencer.Sequencer;
import io.daybook.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A round or an append is killed while H2 writes for somebody else, and the file keeps its rows without the log that would undo
 * them (see {@link H2TornTransactionTest}). Whoever gets the same transaction number afterwards sees them, and nobody else.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class H2LeftoverTest {

    private static final int EVENTS = 10;
    private static final int LOST = 4;
    private static final int OPEN_AT_ONCE = 3;

    @TempDir
    Path folder;

    @ParameterizedTest(name = "transaction {0}, an event that the round saw is lost: {1}")
    @CsvSource({"1, false", "1, true", "2, false", "2, true"})
    void what_a_killed_round_left_in_the_file_is_taken_back_and_numbered_again(int transaction, boolean lost)
            throws Exception {
        killRound(transaction);
        if (lost) {
            // It was committed when the round read it, and not written yet.
            lose(LOST);
        }
        copy("killed", "looked_at");
        assertThat(seenByTransactions("looked_at", transaction)
                        .get(transaction - 1)
                        .size())
                .as("positions that the transaction with the same number sees")
                .isEqualTo(EVENTS);
        int left = lost ? EVENTS - 1 : EVENTS;
        try (Daybook daybook = daybook("killed", true)) {
            daybook.transact(tx -> tx.record("thing", "after", Operation.of("TOUCH"), 1));
            Await.until(() -> daybook.head() == left + 1, () -> "The head is %d.".formatted(daybook.head()));
            LogCheck.verifies(daybook);
        }
        for (LogCheck seen : seenByTransactions("killed", OPEN_AT_ONCE)) {
            assertThat(seen.isWhole().size()).isEqualTo(left + 1);
        }
    }

    @ParameterizedTest(name = "transaction {0}")
    @ValueSource(ints = {1, 2})
    void afterwards_all_transactions_see_the_same_wait(int transaction) throws Exception {
        killRound(transaction);
        copy("killed", "looked_at");
        assertThat(pendingSeenByTransactions("looked_at").get(transaction - 1)).isEmpty();
        try (Database database = Database.open(url("killed"), "sa", "", 4, "daybook");
                Sequencer sequencer = new Sequencer(database, head -> {})) {
            sequencer.prepare();
            assertThat(pendingSeenByTransactions("killed"))
                    .allSatisfy(pending -> assertThat(pending).hasSize(EVENTS));
            for (LogCheck seen : seenByTransactions("killed", OPEN_AT_ONCE)) {
                assertThat(seen.size()).isZero();
            }
        }
    }

    @ParameterizedTest(name = "transaction {0}")
    @ValueSource(ints = {1, 2})
    void what_a_killed_append_left_in_the_file_is_taken_back(int transaction) throws Exception {
        try (Live live = new Live(transaction)) {
            // Takes event ids from the sequence for the others too, which would need the file that H2 is writing.
            live.daybook.transact(tx -> tx.record("thing", "t", Operation.of("TOUCH"), 1));
            live.killDuring(killed -> {
                try (Connection connection = open("live")) {
                    connection.setAutoCommit(false);
                    live.daybook.join(connection, tx -> tx.record("thing", "t", Operation.of("TOUCH"), 1));
                    killed.run();
                    connection.rollback();
                }
            });
        }
        copy("killed", "looked_at");
        assertThat(seenByTransactions("looked_at", transaction).get(transaction - 1))
                .as("what the transaction with the same number sees")
                .satisfies(log -> log.hasExactly(List.of(1L, 2L)));
        try (Daybook daybook = daybook("killed", true)) {
            Receipt receipt = daybook.transact(tx -> tx.record("thing", "t", Operation.of("TOUCH"), 1));
            assertThat(receipt.events().get(0).version()).isEqualTo(2);
            daybook.await(receipt, Await.LONGEST);
            LogCheck.verifies(daybook);
        }
        for (LogCheck seen : seenByTransactions("killed", OPEN_AT_ONCE)) {
            assertThat(seen.isWhole().size()).isEqualTo(2);
        }
    }

    /** Leaves a file as it is after a kill of the process that numbers the first events in a transaction with this number. */
    private void killRound(int transaction) throws Exception {
        AtomicReference<Runnable> written = new AtomicReference<>(() -> {});
        RoundStep.Bystander bystander = step -> {
            if (step == RoundStep.WRITTEN) {
                written.get().run();
            }
        };
        try (Live live = new Live(transaction);
                Database database = Database.open(url("live"), "sa", "", 4, "daybook");
                Sequencer sequencer =
                        new Sequencer(database, head -> {}, Sequencer.BOUND, Sequencer.AUDIT_INTERVAL, bystander)) {
            for (int event = 0; event < EVENTS; event++) {
                String id = "t" + event;
                live.daybook.transact(tx -> tx.record("thing", id, Operation.of("TOUCH"), 1));
            }
            sequencer.prepare();
            live.killDuring(killed -> {
                CountDownLatch done = new CountDownLatch(1);
                written.set(() -> {
                    killed.run();
                    done.countDown();
                });
                sequencer.start();
                Await.until(() -> done.getCount() == 0, () -> "No round came to the end of its writing.");
            });
        }
    }

    /** What is done when its process is killed; it says at which moment. */
    @FunctionalInterface
    private interface Doing {
        void until(Runnable killed) throws Exception;
    }

    /** A process that will be killed while a transaction with this number is open. */
    private final class Live implements AutoCloseable {
        private final H2Gate gate = new H2Gate();
        private final ExecutorService threads = Executors.newSingleThreadExecutor();
        private final Connection somebody = open("live");
        private final Connection taken = open("live");
        private final Daybook daybook;

        Live(int transaction) throws SQLException {
            execute(somebody, "create table something (number int not null)");
            // Numbers are given from the lowest that is free, and each has an undo log from its first use on: before
            // the gate.
            taken.setAutoCommit(false);
            if (transaction == 2) {
                execute(taken, "insert into something (number) values (1)");
                execute(somebody, "insert into something (number) values (2)");
            }
            gate.stand(somebody);
            daybook = daybook("live", false);
        }

        void killDuring(Doing doing) throws Exception {
            gate.shut();
            try {
                Future<?> write = threads.submit(() -> execute(somebody, "insert into something (number) values (3)"));
                // The undo logs are collected and the tables of the daybook are not: what is done falls in between.
                gate.awaitArrival();
                doing.until(() -> {
                    gate.openForGood();
                    Await.until(write::isDone, () -> "H2 does not go on.");
                    copy("live", "killed");
                });
            } finally {
                gate.openForGood();
            }
        }

        @Override
        public void close() throws SQLException {
            threads.shutdownNow();
            daybook.close();
            taken.close();
            somebody.close();
        }
    }

    private void copy(String from, String to) {
        try {
            Files.copy(folder.resolve(from + ".mv.db"), folder.resolve(to + ".mv.db"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Away for everybody, also for the transaction that sees the killed round's rows. */
    private void lose(int event) throws SQLException {
        try (Connection connection = open("killed");
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            if (statement.executeUpdate("delete from daybook.pending where event_id = " + event) == 0) {
                statement.executeUpdate("insert into daybook.pending values (%d)".formatted(event));
                statement.executeUpdate("delete from daybook.pending where event_id = " + event);
            }
            assertThat(statement.executeUpdate("delete from daybook.events where event_id = " + event))
                    .isEqualTo(1);
            connection.commit();
        }
    }

    /** What a transaction sees. */
    @FunctionalInterface
    private interface Look<T> {
        T with(Connection connection) throws SQLException;
    }

    private List<LogCheck> seenByTransactions(String name, int transactions) throws SQLException {
        return seenByTransactions(name, transactions, connection -> LogCheck.read(connection, "daybook"));
    }

    private List<List<Long>> pendingSeenByTransactions(String name) throws SQLException {
        return seenByTransactions(name, OPEN_AT_ONCE, connection -> {
            List<Long> pending = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select event_id from daybook.pending")) {
                while (rows.next()) {
                    pending.add(rows.getLong(1));
                }
            }
            return pending;
        });
    }

    /** As transactions see it that are open at the same time, so that they have the lowest numbers. */
    private <T> List<T> seenByTransactions(String name, int transactions, Look<T> look) throws SQLException {
        List<T> seen = new ArrayList<>();
        List<Connection> connections = new ArrayList<>();
        try {
            for (int transaction = 1; transaction <= transactions; transaction++) {
                Connection connection = open(name);
                connections.add(connection);
                connection.setAutoCommit(false);
                execute(connection, "insert into something (number) values (4)");
                seen.add(look.with(connection));
            }
        } finally {
            for (Connection connection : connections) {
                connection.rollback();
                connection.close();
            }
        }
        return seen;
    }

    private Daybook daybook(String name, boolean sequencing) {
        return Daybook.builder()
                .url(url(name))
                .user("sa")
                .password("")
                .sequencing(sequencing)
                .open();
    }

    private String url(String name) {
        return "jdbc:h2:file:%s;WRITE_DELAY=0".formatted(folder.resolve(name));
    }

    private Connection open(String name) throws SQLException {
        return DriverManager.getConnection(url(name), "sa", "");
    }

    private static boolean execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }
}
