package io.daybook.faults;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.daybook.Daybook;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.notifier.NodeSignals;
import io.daybook.notifier.Registration;
import io.daybook.testkit.TestDatabase;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.LoggerFactory;

/** LISTEN that is refused, that died without a word, and that a connection pooler swallows: events arrive all the same. */
class PostgresqlListenIT {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String LISTENER = "daybook-listen";

    @TempDir
    Path folder;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private TestDatabase database;

    @BeforeEach
    void open() {
        database = TestDatabase.postgresql();
        log.start();
        ((Logger) LoggerFactory.getLogger(NodeSignals.class)).addAppender(log);
    }

    @AfterEach
    void close() throws Exception {
        ((Logger) LoggerFactory.getLogger(NodeSignals.class)).detachAppender(log);
        database.close();
    }

    private List<ILoggingEvent> warnings() {
        return List.copyOf(log.list).stream()
                .filter(event -> event.getLevel() == Level.WARN)
                .toList();
    }

    private int port() {
        PGSimpleDataSource parsed = new PGSimpleDataSource();
        parsed.setUrl(database.url());
        return parsed.getPortNumbers()[0];
    }

    private String url(int otherPort) {
        return database.url().replace(":" + port() + "/", ":" + otherPort + "/");
    }

    private static Receipt touch(Daybook daybook, String id) {
        return daybook.transact(tx -> tx.record("thing", id, Operation.of("TOUCH")));
    }

    /** A data source whose connection for LISTEN is another one than all the others. */
    private final class ListeningElsewhere extends PGSimpleDataSource {
        private static final long serialVersionUID = 1L;
        private final transient Listening listening;

        ListeningElsewhere(Listening listening) {
            this.listening = listening;
            setUrl(database.url());
            setUser(database.user());
            setPassword(database.password());
        }

        @Override
        public Connection getConnection() throws SQLException {
            return Thread.currentThread().getName().equals(LISTENER) ? listening.connect() : super.getConnection();
        }
    }

    private interface Listening {
        Connection connect() throws SQLException;
    }

    @Test
    void where_listen_is_refused_events_arrive_by_polling_and_one_warning_says_so() throws Exception {
        Set<String> attempts = ConcurrentHashMap.newKeySet();
        ListeningElsewhere refusing = new ListeningElsewhere(() -> {
            attempts.add("attempt " + attempts.size());
            throw new SQLException("too many connections", "53300");
        });
        try (Daybook here = database.daybook().open();
                Daybook there = Daybook.builder().dataSource(refusing).open()) {
            Registration registration = there.notifier().register("r");
            try (EventConsumer consumer = Consumers.consume(registration, event -> {})) {
                for (int i = 0; i < 5; i++) {
                    registration.await(touch(here, "t" + i), LONG);
                }
                Awaitility.await().atMost(LONG).until(() -> attempts.size() >= 3);
                assertThat(consumer.isRunning()).isTrue();
            }
        }
        assertThat(warnings()).hasSize(1);
        assertThat(warnings().get(0).getFormattedMessage()).contains("Going on by polling");
    }

    /** commanded #309: a LISTEN connection is dead, and nobody notices. */
    @Test
    void a_listening_connection_that_died_without_a_word_is_noticed_and_made_anew() throws Exception {
        try (FreezingProxy proxy = new FreezingProxy(port())) {
            ListeningElsewhere through = new ListeningElsewhere(
                    () -> DriverManager.getConnection(url(proxy.port()), database.user(), database.password()));
            try (Daybook here = database.daybook().open();
                    Daybook there = Daybook.builder().dataSource(through).open()) {
                Registration registration = there.notifier().register("r");
                try (EventConsumer consumer = Consumers.consume(registration, event -> {})) {
                    registration.await(touch(here, "before"), LONG);
                    Awaitility.await().atMost(LONG).until(() -> proxy.connections() == 1);
                    proxy.freeze();
                    registration.await(touch(here, "frozen"), LONG);
                    Awaitility.await().atMost(LONG).until(() -> proxy.connections() >= 2);
                    registration.await(touch(here, "after"), LONG);
                    assertThat(consumer.isRunning()).isTrue();
                }
            }
        }
    }

    @Test
    void through_pgbouncer_in_transaction_mode_everything_works_and_polling_takes_the_place_of_listen()
            throws Exception {
        Path pgbouncer = pgbouncer();
        int bouncerPort = freePort();
        Path users = Files.writeString(
                folder.resolve("users.txt"), "\"%s\" \"%s\"%n".formatted(database.user(), database.password()));
        Path settings = Files.writeString(folder.resolve("pgbouncer.ini"), """
                        [databases]
                        * = host=127.0.0.1 port=%d
                        [pgbouncer]
                        listen_addr = 127.0.0.1
                        listen_port = %d
                        unix_socket_dir =
                        auth_type = trust
                        auth_file = %s
                        pool_mode = transaction
                        default_pool_size = 5
                        ignore_startup_parameters = extra_float_digits
                        """.formatted(port(), bouncerPort, users));
        folder.toFile().setReadable(true, false);
        folder.toFile().setExecutable(true, false);
        ProcessBuilder command = new ProcessBuilder(pgbouncer.toString(), settings.toString());
        if (System.getProperty("user.name").equals("root")) {
            // It refuses to be root.
            command.command().addAll(1, List.of("-u", "nobody"));
        }
        Process process = command.redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        try {
            // The pooler of this version keeps no prepared statements for its clients.
            String url = url(bouncerPort) + (database.url().contains("?") ? "&" : "?") + "prepareThreshold=0";
            Awaitility.await().atMost(LONG).ignoreExceptions().until(() -> {
                try (Connection connection = DriverManager.getConnection(url, database.user(), database.password())) {
                    return connection.isValid(5);
                }
            });
            database.daybook().open().close();
            try (Daybook one = Daybook.builder().url(url).user(database.user()).open();
                    Daybook two =
                            Daybook.builder().url(url).user(database.user()).open()) {
                Set<Long> heard = ConcurrentHashMap.newKeySet();
                try (EventConsumer here = Consumers.consume(
                                one.notifier().registerDivided("r", 4, io.daybook.notifier.Start.beginning()),
                                event -> heard.add(event.position().orElseThrow()));
                        EventConsumer there = Consumers.consume(
                                two.notifier().register("r"),
                                event -> heard.add(event.position().orElseThrow()))) {
                    for (int i = 0; i < 200; i++) {
                        touch(i % 2 == 0 ? one : two, "t" + i % 20);
                    }
                    Awaitility.await().atMost(LONG).until(() -> heard.size() == 200);
                    assertThat(here.isRunning() && there.isRunning()).isTrue();
                }
                assertThat(one.verify().problem()).isEmpty();
            }
        } finally {
            process.destroy();
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static Path pgbouncer() {
        for (String directory : new String[] {"/usr/sbin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"}) {
            Path found = Path.of(directory, "pgbouncer");
            if (Files.isExecutable(found)) {
                return found;
            }
        }
        return Assumptions.abort("pgbouncer is not installed here");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
