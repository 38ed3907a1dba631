package io.daybook.bench;

import io.daybook.Daybook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Appends through Daybook's doors, beside {@link PlainWriter} inserting the same rows into a table {@code like events including
 * all}: the same columns, defaults, identity and indexes, in the same schema, as old and as large as {@code events} itself. On
 * H2 the other table is the {@code events} of a second file.
 */
final class AppendSuite implements Suite {

    private static final String SCHEMA = "daybook_bench";
    private static final String PLAIN = SCHEMA + ".plain";
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** Which door, and on what. */
    private enum Door {
        OWN("", "own transaction, sequencer running"),
        STOPPED("-stopped", "own transaction, sequencer stopped"),
        JOINED("-joined", "joined to a transaction with one row of the application's"),
        H2("-h2", "own transaction, H2 file");

        private final String suffix;
        private final String text;

        Door(String suffix, String text) {
            this.suffix = suffix;
            this.text = text;
        }
    }

    private record Variant(Door door, int writers, int events, Target target) {

        String name() {
            return writers + "x" + events + door.suffix;
        }

        String what() {
            return "%d %s × %d, %s".formatted(writers, writers == 1 ? "writer" : "writers", events, door.text);
        }
    }

    private static final List<Variant> ALL = List.of(
            new Variant(Door.OWN, 1, 1, Target.atLeast(1.3)),
            new Variant(Door.OWN, 16, 1, Target.atLeast(1.4)),
            new Variant(Door.OWN, 1, 100, Target.atLeast(1)),
            new Variant(Door.OWN, 4, 100, Target.atLeast(0.95)),
            new Variant(Door.STOPPED, 1, 1, Target.none()),
            new Variant(Door.STOPPED, 16, 1, Target.none()),
            new Variant(Door.STOPPED, 1, 100, Target.none()),
            new Variant(Door.STOPPED, 4, 100, Target.none()),
            new Variant(Door.JOINED, 1, 1, Target.atLeast(0.95)),
            new Variant(Door.JOINED, 16, 1, Target.atLeast(0.95)),
            new Variant(Door.JOINED, 4, 100, Target.atLeast(0.95)),
            new Variant(Door.H2, 1, 1, Target.none()),
            new Variant(Door.H2, 16, 1, Target.none()),
            new Variant(Door.H2, 4, 100, Target.none()));

    private final List<Variant> wanted;

    AppendSuite() {
        this(ALL);
    }

    private AppendSuite(List<Variant> wanted) {
        this.wanted = wanted;
    }

    @Override
    public String name() {
        return "append";
    }

    @Override
    public String description() {
        return "Appends ÷ plain JDBC that writes the same rows: INSERT and COMMIT, or a batch that the driver rewrites.";
    }

    @Override
    public List<String> variants() {
        return wanted.stream().map(Variant::name).toList();
    }

    @Override
    public Suite only(String variant) {
        return new AppendSuite(
                wanted.stream().filter(v -> v.name().equals(variant)).toList());
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        for (Variant variant : wanted) {
            if (variant.door == Door.H2) {
                onH2(variant, plan, report);
            } else {
                onPostgresql(variant, server, plan, report);
            }
        }
    }

    private static void onPostgresql(Variant variant, Server server, Plan plan, Report report) throws Exception {
        server.drop(SCHEMA);
        boolean sequenced = variant.door != Door.STOPPED;
        try (Daybook daybook = Daybooks.open(server, SCHEMA, sequenced, variant.writers)) {
            server.execute("create table %s (like %s.events including all)".formatted(PLAIN, SCHEMA));
            boolean joined = variant.door == Door.JOINED;
            if (joined) {
                JoinedWriter.createTable(server, SCHEMA + ".our_orders");
                JoinedWriter.createTable(server, SCHEMA + ".their_orders");
            }
            List<Writer> ours = new ArrayList<>();
            List<Writer> theirs = new ArrayList<>();
            for (int i = 0; i < variant.writers; i++) {
                Life our = new Life("w" + i);
                Life their = new Life("w" + i);
                ours.add(
                        joined
                                ? JoinedWriter.daybook(server, SCHEMA + ".our_orders", daybook.as(Life.ACTOR), our)
                                : new DaybookWriter(daybook, our));
                theirs.add(
                        joined
                                ? JoinedWriter.plain(server, SCHEMA + ".their_orders", PLAIN, their)
                                : new PlainWriter(server, PLAIN, their));
            }
            measure(variant, ours, theirs, plan, report, () -> {
                if (sequenced) {
                    Daybooks.awaitSequenced(server, SCHEMA);
                }
            });
        }
        server.drop(SCHEMA);
    }

    private static void onH2(Variant variant, Plan plan, Report report) throws Exception {
        Path folder = Files.createTempDirectory("daybook-bench");
        String ourUrl = "jdbc:h2:file:" + folder.resolve("ours");
        // As durable as Daybook's: every commit is with the operating system before it is acknowledged.
        String theirUrl = "jdbc:h2:file:" + folder.resolve("theirs") + ";WRITE_DELAY=0";
        h2(theirUrl, 1).close();
        try (Daybook daybook = h2(ourUrl, variant.writers)) {
            List<Writer> ours = new ArrayList<>();
            List<Writer> theirs = new ArrayList<>();
            for (int i = 0; i < variant.writers; i++) {
                ours.add(new DaybookWriter(daybook, new Life("w" + i)));
                theirs.add(new PlainWriter(
                        DriverManager.getConnection(theirUrl, "sa", ""),
                        "daybook.events",
                        "? format json",
                        new Life("w" + i)));
            }
            Life last = new Life("last");
            measure(
                    variant,
                    ours,
                    theirs,
                    plan,
                    report,
                    () -> daybook.await(
                            daybook.transact(tx -> {
                                last.next();
                                last.say(tx);
                            }),
                            PATIENCE));
        } finally {
            delete(folder);
        }
    }

    private static Daybook h2(String url, int writers) {
        return Daybook.builder()
                .url(url)
                .user("sa")
                .password("")
                .poolSize(writers + 6)
                .open();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Waits until our sequencer has nothing left: that must not slow down the other side's turn. */
    private interface Rest {
        void await() throws InterruptedException, SQLException;
    }

    private static void measure(
            Variant variant, List<Writer> ours, List<Writer> theirs, Plan plan, Report report, Rest rest)
            throws Exception {
        try (Crew ourCrew = new Crew(ours, variant.events);
                Crew theirCrew = new Crew(theirs, variant.events)) {
            report.progress(variant.name() + ": warming up");
            Crew.warmUp(ourCrew, theirCrew, plan);
            rest.await();
            Comparison comparison = Comparison.of(
                    variant.name(),
                    plan,
                    report,
                    () -> {
                        double rate = ourCrew.work(plan.slice()).perSecond();
                        rest.await();
                        return rate;
                    },
                    () -> theirCrew.work(plan.slice()).perSecond());
            report.row(
                    Row.ratio(variant.what(), comparison.ratios(), variant.target, comparison.detail("events/s", 0)));
        }
    }
}
