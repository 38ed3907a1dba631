package io.daybook.testkit.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lets nodes in processes of their own write and consume, does to them and to their database what a seed says, lets everything
 * settle, and checks every promise from what the writers were told.
 *
 * <pre>{@code
 * Verdict verdict = new Torture(TorturePlan.of(Where.H2, 60, seed), System.out::println).run();
 * }</pre>
 */
public final class Torture {

    private static final Duration BEGIN_WITHIN = Duration.ofSeconds(90);
    private static final Duration QUIET_WITHIN = Duration.ofSeconds(60);
    private static final Duration SETTLE_WITHIN = Duration.ofSeconds(60);
    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(5);
    private static final int END_WITHIN_SECONDS = 30;
    private static final int WRITERS = 3;
    /**
     * A session that is ended while its commit waits for the standby commits all the same, and others see it. No failover may come
     * before the standby has that commit; {@link Arena#failOver} waits for all that was written before, so nothing may come after.
     */
    private static final String AND_WAIT = "pid, 10000";

    private static final String FAILED_OVER = "promoted the standby";
    private static final long[] CLOCK_OFFSETS = {0, 7 * 60_000, -5 * 60_000};

    private final TorturePlan plan;
    private final Consumer<String> progress;
    private final Random random;
    private final Evidence evidence = new Evidence();
    private final List<Slot> slots = new ArrayList<>();
    private final Thread hook = new Thread(this::killAll, "daybook-end-torture");
    private volatile boolean over;
    /** Makes a standby of the primary that was lost, while all else goes on; null = none was lost yet. */
    private @Nullable Thread rebuild;

    /** @param progress told a line now and then */
    public Torture(TorturePlan plan, Consumer<String> progress) {
        this.plan = plan;
        this.progress = progress;
        this.random = new Random(plan.seed());
    }

    /** A place for a node, and the process that is in it at present. */
    private static final class Slot {
        final int number;
        int generation;

        @Nullable
        NodeProcess process;
        /** When to send it SIGCONT; 0 = it is not stopped. */
        long continueAt;
        /** When to start it again; 0 = it runs. */
        long startAt;

        Slot(int number) {
            this.number = number;
        }

        NodeProcess node() {
            NodeProcess node = process;
            if (node == null) {
                throw new IllegalStateException("Node %d was never started.".formatted(number));
            }
            return node;
        }
    }

    /**
     * Runs it, which takes the seconds of the plan and up to some minutes more.
     *
     * @throws IOException if processes or files cannot be made
     * @throws SQLException if the database cannot be read at the end
     * @throws InterruptedException if the thread was interrupted; everything that was started is ended
     */
    public Verdict run() throws IOException, SQLException, InterruptedException {
        Path folder = Files.createTempDirectory("daybook-torture-");
        Runtime.getRuntime().addShutdownHook(hook);
        try (Arena arena = Arena.open(plan)) {
            progress.accept("Seed %d, %d s on %s with %d %s: %s."
                    .formatted(
                            plan.seed(),
                            plan.seconds(),
                            switch (plan.where()) {
                                case H2 -> "H2";
                                case EMBEDDED_POSTGRESQL, GIVEN_POSTGRESQL -> "PostgreSQL";
                                case FAILOVER -> "PostgreSQL with a synchronous standby";
                            },
                            nodes(),
                            nodes() == 1 ? "node" : "nodes",
                            Stream.of(Fault.values())
                                    .filter(plan::has)
                                    .map(fault -> fault.name().toLowerCase(java.util.Locale.ROOT))
                                    .collect(Collectors.joining(", "))));
            Thread probe = new Thread(() -> probe(arena), "torture-probe");
            try {
                for (int number = 0; number < nodes(); number++) {
                    Slot slot = new Slot(number);
                    slots.add(slot);
                    start(slot, arena, folder);
                }
                await(
                        "all nodes are ready",
                        BEGIN_WITHIN,
                        () -> slots.stream().allMatch(slot -> slot.node().said("ready")));
                if (arena.isPostgresql()) {
                    probe.start();
                }
                torment(arena, folder);
                settle(arena, folder);
            } finally {
                over = true;
                probe.join();
                killAll();
                awaitRebuild();
            }
            readLogs(folder);
            List<Verdict.Promise> promises = new Checker(evidence).check(arena);
            progress.accept("%s; %s".formatted(evidence.progress(), evidence.refusals()));
            if (plan.has(Fault.FAILOVER)) {
                progress.accept("The standby took over %d times.".formatted(evidence.times(FAILED_OVER)));
            }
            Verdict verdict = new Verdict(plan.seed(), promises, Optional.empty());
            boolean keep = plan.keep() || !verdict.isClean();
            if (!keep) {
                delete(folder);
            }
            return new Verdict(plan.seed(), promises, keep ? Optional.of(folder) : Optional.empty());
        } finally {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    private int nodes() {
        // Only one process can have the files of H2 open.
        return plan.where() == TorturePlan.Where.H2 ? 1 : plan.nodes();
    }

    private void start(Slot slot, Arena arena, Path folder) throws IOException {
        String name = "n%d.%d".formatted(slot.number, ++slot.generation);
        long offset = plan.has(Fault.CLOCK) ? CLOCK_OFFSETS[(slot.number + slot.generation) % CLOCK_OFFSETS.length] : 0;
        String faults =
                Stream.of(Fault.values()).filter(plan::has).map(Fault::name).collect(Collectors.joining(","));
        slot.process = new NodeProcess(
                name,
                plan.classPathFirst(),
                folder.resolve(name + ".log"),
                evidence,
                List.of(
                        arena.url(),
                        arena.user(),
                        arena.password(),
                        name,
                        Long.toString(plan.seed() + 31L * slot.number + slot.generation),
                        Integer.toString(arena.isPostgresql() ? WRITERS : 2 * WRITERS),
                        Long.toString(offset),
                        faults.isEmpty() ? "-" : faults,
                        Boolean.toString(!arena.isPostgresql())));
        slot.startAt = 0;
        slot.continueAt = 0;
    }

    // --- faults ------------------------------------------------------------------------------------------------------

    private void torment(Arena arena, Path folder) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(plan.seconds());
        long half = System.nanoTime() + TimeUnit.SECONDS.toNanos(plan.seconds()) / 2;
        long nextFault = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
        long nextProgress = System.nanoTime() + PROGRESS_EVERY.toNanos();
        List<Fault> faults = Stream.of(
                        Fault.KILL,
                        Fault.FREEZE,
                        Fault.FREEZE,
                        Fault.SERVER,
                        Fault.FAILOVER,
                        Fault.FAILOVER,
                        Fault.TERMINATE,
                        Fault.TERMINATE,
                        Fault.IDLE)
                .filter(plan::has)
                .toList();
        List<Connection> idle = new ArrayList<>();
        try {
            while (System.nanoTime() < end) {
                long now = System.nanoTime();
                attend(now, arena, folder);
                if (now > nextFault && !faults.isEmpty()) {
                    Fault fault = faults.get(random.nextInt(faults.size()));
                    // A run that is named after it has at least one.
                    boolean due = plan.has(Fault.FAILOVER) && now > half && evidence.times(FAILED_OVER) == 0;
                    inject(due ? Fault.FAILOVER : fault, arena, idle);
                    nextFault = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(400 + random.nextInt(2_000));
                }
                if (now > nextProgress) {
                    progress.accept("%s: %s".formatted(evidence.time(now), evidence.progress()));
                    nextProgress = now + PROGRESS_EVERY.toNanos();
                }
                Thread.sleep(20);
            }
        } finally {
            for (Connection connection : idle) {
                closeQuietly(connection);
            }
        }
    }

    /** Starts again what was killed, and continues what was stopped, when it is time. */
    private void attend(long now, Arena arena, Path folder) throws IOException, InterruptedException {
        for (Slot slot : slots) {
            if (slot.startAt != 0 && now >= slot.startAt) {
                start(slot, arena, folder);
                evidence.done("started node " + slot.node().name());
            }
            if (slot.continueAt != 0 && now >= slot.continueAt) {
                slot.continueAt = 0;
                slot.node().signal("CONT");
                evidence.done("continued node " + slot.node().name());
            }
            if (slot.startAt == 0 && !slot.node().isAlive()) {
                evidence.found("node %s ended by itself".formatted(slot.node().name()));
                slot.startAt = now;
            }
        }
    }

    private void inject(Fault fault, Arena arena, List<Connection> idle) throws IOException, InterruptedException {
        List<Slot> running = slots.stream()
                .filter(slot ->
                        slot.startAt == 0 && slot.continueAt == 0 && slot.node().said("ready"))
                .toList();
        switch (fault) {
            case KILL -> {
                if (!running.isEmpty()) {
                    Slot slot = running.get(random.nextInt(running.size()));
                    evidence.done("killed node " + slot.node().name());
                    slot.node().kill();
                    slot.startAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50 + random.nextInt(2_000));
                }
            }
            case FREEZE -> {
                if (!running.isEmpty()) {
                    Slot slot = running.get(random.nextInt(running.size()));
                    evidence.done("stopped node " + slot.node().name());
                    slot.node().signal("STOP");
                    // One in four comes back while its lease lasts; most just when others have begun.
                    long pause = random.nextInt(4) == 0
                            ? random.nextInt((int) Schedule.LEASE_MILLISECONDS)
                            : Schedule.LEASE_MILLISECONDS + random.nextInt(2_500);
                    slot.continueAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause);
                }
            }
            case SERVER -> {
                // Not too often, else nothing else happens.
                if (random.nextInt(3) == 0 && hasStandby()) {
                    evidence.done("killed the server");
                    arena.killServer();
                    arena.startServer();
                    evidence.done("started the server");
                }
            }
            case FAILOVER -> failOver(arena);
            case TERMINATE ->
                execute(
                        arena,
                        """
                    select pg_terminate_backend(%s)
                    from pg_stat_activity
                    where datname = current_database()
                      and backend_type = 'client backend'
                      and pid <> pg_backend_pid()
                    order by random()
                    limit %d
                    """.formatted(plan.has(Fault.FAILOVER) ? AND_WAIT : "pid", 1 + random.nextInt(3)),
                        "terminated sessions");
            case IDLE -> {
                if (idle.size() >= 5) {
                    closeQuietly(idle.remove(0));
                }
                try {
                    Connection connection = arena.connect();
                    connection.setAutoCommit(false);
                    idle.add(connection);
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("select pg_current_xact_id()");
                    }
                    evidence.done("began a transaction that stays idle");
                } catch (SQLException e) {
                    evidence.done("found no connection for an idle transaction: " + e.getMessage());
                }
            }
            default -> throw new IllegalArgumentException("Nodes do that themselves: " + fault);
        }
    }

    private void failOver(Arena arena) {
        if (!hasStandby()) {
            return;
        }
        evidence.done("kills the primary");
        arena.failOver();
        evidence.done(FAILED_OVER);
        Thread thread = new Thread(
                () -> {
                    try {
                        arena.rebuildStandby();
                        evidence.done("made the lost primary a standby");
                    } catch (RuntimeException | AssertionError e) {
                        evidence.found("the lost primary did not become a standby: " + e);
                    }
                },
                "daybook-torture-rebuild");
        thread.setDaemon(true);
        thread.start();
        rebuild = thread;
    }

    /** Whether the database may lose its primary. While the standby is made, it would be lost altogether. */
    private boolean hasStandby() {
        return rebuild == null || !rebuild.isAlive();
    }

    private void awaitRebuild() throws InterruptedException {
        if (rebuild != null) {
            rebuild.join();
        }
    }

    private void execute(Arena arena, String sql, String what) {
        try (Connection connection = arena.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
            evidence.done(what);
        } catch (SQLException e) {
            evidence.done("not done, " + what + ": " + e.getMessage());
        }
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // Terminated already.
            return;
        }
    }

    /** Looks at the cursors all the time; also when its own session is terminated, or the server away. */
    private void probe(Arena arena) {
        int looks = 0;
        while (!over) {
            try (Connection connection = arena.connect()) {
                while (!over) {
                    Probe.cursors(connection, line -> evidence.hear("driver", line));
                    if (looks++ % 3 == 0
                            && slots.stream().anyMatch(slot -> slot.node().said("quiet"))) {
                        Probe.status(connection, line -> evidence.hear("driver", line));
                    }
                    Thread.sleep(200);
                }
            } catch (SQLException e) {
                if (!pause(200)) {
                    return;
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static boolean pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    // --- the end -----------------------------------------------------------------------------------------------------

    private void settle(Arena arena, Path folder) throws IOException, InterruptedException {
        arena.startServer();
        for (Slot slot : slots) {
            slot.startAt = Math.min(slot.startAt, 1);
            slot.continueAt = Math.min(slot.continueAt, 1);
        }
        attend(System.nanoTime(), arena, folder);
        progress.accept("%s: no more faults; %s".formatted(evidence.time(System.nanoTime()), evidence.progress()));
        await(
                "all nodes are ready again",
                BEGIN_WITHIN,
                () -> slots.stream().allMatch(slot -> slot.node().said("ready")));
        slots.forEach(slot -> slot.node().tell("quiet"));
        await(
                "all writers are done",
                QUIET_WITHIN,
                () -> slots.stream().allMatch(slot -> slot.node().said("quiet")));
        long quiet = System.nanoTime();
        await("everything is delivered", SETTLE_WITHIN, () -> {
            Evidence.Status status = evidence.status();
            return status != null
                    && status.at() > quiet
                    && status.unsequenced() == 0
                    && status.parked() == 0
                    && evidence.heard(Schedule.DIVIDED) >= status.events()
                    && evidence.heard(Schedule.PARKING) >= status.events()
                    && evidence.heard(Schedule.ONE_IN_HUNDREDS) >= status.rare()
                    && status.projected() >= status.events()
                    && status.slowlyProjected() >= status.rare();
        });
        // What comes twice now would come here too.
        slots.forEach(slot -> slot.node().tell("end"));
        for (Slot slot : slots) {
            if (!slot.node().ends(END_WITHIN_SECONDS)) {
                evidence.found(
                        "node %s did not end within %d s".formatted(slot.node().name(), END_WITHIN_SECONDS));
            }
        }
        progress.accept("%s: settled".formatted(evidence.time(System.nanoTime())));
    }

    private void await(String what, Duration within, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + within.toNanos();
        while (!condition.getAsBoolean()) {
            for (Slot slot : slots) {
                if (!slot.node().isAlive() && slot.startAt == 0) {
                    evidence.found(
                            "node %s ended by itself".formatted(slot.node().name()));
                    return;
                }
            }
            if (System.nanoTime() > deadline) {
                evidence.found("after %d s it is still not so that %s; status: %s"
                        .formatted(within.toSeconds(), what, evidence.status()));
                return;
            }
            Thread.sleep(50);
        }
    }

    private void killAll() {
        for (Slot slot : slots) {
            NodeProcess node = slot.process;
            try {
                if (node != null) {
                    node.kill();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** An ERROR that neither a poisoned event nor a consumer that failed on purpose explains. */
    private void readLogs(Path folder) throws IOException {
        try (Stream<Path> logs = Files.list(folder)) {
            for (Path log : logs.sorted().toList()) {
                try (Stream<String> lines = Files.lines(log, StandardCharsets.UTF_8)) {
                    lines.filter(line -> line.contains(" ERROR "))
                            .filter(line -> !line.contains(" parked position "))
                            .filter(line -> !line.contains(" failed at position "))
                            .limit(20)
                            .forEach(line -> evidence.found(log.getFileName() + ": " + line));
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
