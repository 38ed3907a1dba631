package io.daybook.testkit.torture;

import io.daybook.Daybook;
import io.daybook.consumers.EventConsumer;
import io.daybook.consumers.FailurePolicy;
import io.daybook.consumers.TransactionalEventConsumer;
import io.daybook.event.DaybookException;
import io.daybook.event.Event;
import io.daybook.notifier.Notifier;
import io.daybook.notifier.Registration;
import io.daybook.notifier.Start;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jooq.DSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: a process that writes and consumes, and says on stdout what it was told, a line each, until it is killed or told to end on
 * stdin. Its arguments: url, user, password, name, seed, writers, offset of its clock in milliseconds, faults, whether it shall look at the
 * cursors too.
 */
final class TortureNode {

    private static final Logger LOG = LoggerFactory.getLogger(TortureNode.class);

    private static final OutputStream OUT = new FileOutputStream(FileDescriptor.out);
    private static final Duration OPEN_WITHIN = Duration.ofSeconds(60);
    private static final int POOL = 20;

    private final String url;
    private final String user;
    private final String password;
    private final String name;
    private final long seed;
    private final int writerCount;
    private final Duration clockOffset;
    private final Set<String> faults;
    private final boolean looksAtCursors;

    private final List<EventConsumer> consumers = new ArrayList<>();
    private final List<TransactionalEventConsumer> projections = new ArrayList<>();
    private volatile boolean quiet;
    private volatile boolean ending;

    private TortureNode(String... arguments) {
        this.url = arguments[0];
        this.user = arguments[1];
        this.password = arguments[2];
        this.name = arguments[3];
        this.seed = Long.parseLong(arguments[4]);
        this.writerCount = Integer.parseInt(arguments[5]);
        this.clockOffset = Duration.ofMillis(Long.parseLong(arguments[6]));
        this.faults = Set.of(arguments[7].split(","));
        this.looksAtCursors = Boolean.parseBoolean(arguments[8]);
    }

    /** Runs until it is killed, or told to end. */
    public static void main(String[] arguments) throws Exception {
        try {
            new TortureNode(arguments).run();
            exit(0);
        } catch (Exception | Error e) {
            LOG.error("The node ends: {}", e.toString(), e);
            exit(1);
        }
    }

    /** Whatever still runs must not keep the process. */
    private static void exit(int code) {
        Runtime.getRuntime().halt(code);
    }

    /** One write per line, with its end marked: a line that arrived whole was said whole. */
    static void say(String line) {
        byte[] bytes = (line + " .\n").getBytes(StandardCharsets.UTF_8);
        synchronized (OUT) {
            try {
                OUT.write(bytes);
                OUT.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    boolean has(Fault fault) {
        return faults.contains(fault.name());
    }

    String name() {
        return name;
    }

    /** Whether writers shall end. */
    boolean isQuiet() {
        return quiet;
    }

    /** A connection of the application's own, with autocommit off. */
    Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection(url, user, password);
        connection.setAutoCommit(false);
        return connection;
    }

    private void run() throws Exception {
        BufferedReader commands = new BufferedReader(
                new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8));
        try (Daybook daybook = open()) {
            consume(daybook.notifier());
            List<Thread> writers = new ArrayList<>();
            for (int writer = 0; writer < writerCount; writer++) {
                TortureWriter work = new TortureWriter(this, daybook, writer, new Random(seed * 100 + writer));
                writers.add(thread("writer-" + writer, work::run));
            }
            thread("retry", () -> retryParked(daybook.notifier()));
            if (looksAtCursors) {
                thread("probe", this::look);
            }
            say("ready");
            obey(commands, writers);
            ending = true;
            for (EventConsumer consumer : consumers) {
                consumer.stop(Duration.ofSeconds(5));
            }
            for (TransactionalEventConsumer projection : projections) {
                projection.stop(Duration.ofSeconds(5));
            }
        }
        say("ended");
    }

    private void obey(BufferedReader commands, List<Thread> writers) throws IOException, InterruptedException {
        while (true) {
            String command = commands.readLine();
            if (command == null) {
                // Whoever started this is gone.
                exit(1);
            } else if (command.equals("quiet")) {
                quiet = true;
                for (Thread writer : writers) {
                    writer.join();
                }
                say("quiet");
            } else if (command.equals("end")) {
                return;
            }
        }
    }

    private static Thread thread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** The server may be away just now. */
    private Daybook open() throws InterruptedException {
        long deadline = System.nanoTime() + OPEN_WITHIN.toNanos();
        while (true) {
            try {
                return Daybook.builder()
                        .url(url)
                        .user(user)
                        .password(password)
                        .poolSize(POOL)
                        .lease(Duration.ofMillis(Schedule.LEASE_MILLISECONDS))
                        .clock(Clock.offset(Clock.systemUTC(), clockOffset))
                        .open();
            } catch (DaybookException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(200);
            }
        }
    }

    private void consume(Notifier notifier) throws InterruptedException {
        FailurePolicy again = new FailurePolicy.RetryForEver(
                new FailurePolicy.BackOff(Duration.ofMillis(10), Duration.ofMillis(200)));
        FailurePolicy park = FailurePolicy.retry(2)
                .backOff(Duration.ofMillis(5), Duration.ofMillis(20))
                .thenPark();
        hear(register(notifier, Schedule.DIVIDED, 4, false), again);
        hear(register(notifier, Schedule.PARKING, 2, false), park);
        hear(register(notifier, Schedule.ONE_IN_HUNDREDS, 1, true), again);
        hear(notifier.register(Schedule.ALL), again);
        project(register(notifier, Schedule.PROJECTION, 3, false), again, 25);
        project(register(notifier, Schedule.SLOW_PROJECTION, 2, true), again, 5);
    }

    private static Registration register(Notifier notifier, String registration, int partitions, boolean sparse)
            throws InterruptedException {
        long deadline = System.nanoTime() + OPEN_WITHIN.toNanos();
        while (true) {
            try {
                return notifier.registerDivided(
                        registration, partitions, Start.beginning(), sparse ? Schedule.SPARSE : Schedule.ALL);
            } catch (DaybookException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LOG.warn("Not registered yet: {}", e.getMessage());
                Thread.sleep(200);
            }
        }
    }

    private void hear(Registration registration, FailurePolicy policy) throws InterruptedException {
        String called = registration.isDurable() ? registration.id() : Schedule.EPHEMERAL;
        EventConsumer consumer = new EventConsumer(registration, policy) {
            @Override
            protected void processEvent(Event event) throws Exception {
                if (called.equals(Schedule.PARKING)
                        && Schedule.isPoison(event.correlationId().orElse(""))) {
                    throw new Injected("poison");
                }
                stumble(0.01);
                say("got %d %s %d %s %d"
                        .formatted(
                                System.nanoTime(),
                                called,
                                event.position().orElseThrow(),
                                event.entityId(),
                                event.version()));
            }
        };
        start(consumer::start);
        consumers.add(consumer);
    }

    private void project(Registration registration, FailurePolicy policy, int batch) throws InterruptedException {
        String called = registration.id();
        TransactionalEventConsumer consumer = new TransactionalEventConsumer(registration, policy, batch) {
            @Override
            protected void processEvents(List<Event> events, DSLContext jooq) throws Exception {
                super.processEvents(events, jooq);
                if (called.equals(Schedule.SLOW_PROJECTION)) {
                    // So long that a node is often frozen, killed or cut off between the effect and the commit.
                    Thread.sleep(200 + ThreadLocalRandom.current().nextInt(1_000));
                }
            }

            @Override
            protected void processEvent(Event event, DSLContext jooq) throws Exception {
                stumble(0.003);
                effect(called, event, jooq);
            }
        };
        start(consumer::start);
        projections.add(consumer);
    }

    /** The server may be away just now. */
    private static void start(Runnable start) throws InterruptedException {
        long deadline = System.nanoTime() + OPEN_WITHIN.toNanos();
        while (true) {
            try {
                start.run();
                return;
            } catch (DaybookException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(200);
            }
        }
    }

    private void effect(String registration, Event event, DSLContext jooq) {
        jooq.execute(
                "insert into torture.effects (registration, position, entity, version, node, at) values (?, ?, ?, ?, ?, ?)",
                registration,
                event.position().orElseThrow(),
                event.entityId(),
                event.version(),
                name,
                System.nanoTime());
        int folded = jooq.execute("""
                update torture.folds
                set version = ?,
                    fold = mod(fold * 31 + ?, 1000003)
                where registration = ?
                  and entity = ?
                """, event.version(), event.version(), registration, event.entityId());
        if (folded == 0) {
            jooq.execute(
                    "insert into torture.folds (registration, entity, version, fold) values (?, ?, ?, ?)",
                    registration,
                    event.entityId(),
                    event.version(),
                    Schedule.fold(0, event.version()));
        }
    }

    private void stumble(double likely) throws InterruptedException {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        if (has(Fault.THROW) && random.nextDouble() < likely) {
            throw new Injected("on purpose");
        }
        if (has(Fault.PAUSE) && random.nextDouble() < 0.0003) {
            Thread.sleep(Schedule.LEASE_MILLISECONDS + 500);
        }
    }

    /** As an operator would, who has heard that it is mended. */
    private void retryParked(Notifier notifier) {
        while (!ending) {
            try {
                Thread.sleep(700 + ThreadLocalRandom.current().nextInt(600));
                notifier.control(Schedule.PARKING).as("torture").retryParked();
            } catch (DaybookException e) {
                LOG.debug("Not retried: {}", e.getMessage());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void look() {
        try (Connection connection = connect()) {
            connection.setAutoCommit(true);
            int looks = 0;
            while (!ending) {
                Probe.cursors(connection, TortureNode::say);
                if (quiet && looks++ % 3 == 0) {
                    Probe.status(connection, TortureNode::say);
                }
                Thread.sleep(200);
            }
        } catch (SQLException e) {
            LOG.error("Nobody looks at the cursors any more: {}", e.getMessage());
        } catch (InterruptedException e) {
            LOG.debug("Interrupted.");
        }
    }

    /** A failure on purpose. */
    static final class Injected extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Injected(String what) {
            super(what);
        }
    }
}
