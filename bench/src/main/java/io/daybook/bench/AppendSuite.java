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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Appends through Daybook's doors, beside {@link PlainWriter} inserting the same rows into a table {@code like events including
 * all}: the same columns, defaults, identity and indexes, in the same schema, as old and as large as {@code events} itself. On
 * H2 the other table is the {@code events} of a second file. A joined append is compared with {@link HandWriter}, too, which sends what
 * Daybook sends.
 */
final class AppendSuite implements Suite {

    private static final String SCHEMA = "daybook_bench";
    private static final String PLAIN = SCHEMA + ".plain";

    /** A daybook of its own, for the statements that are sent by hand. */
    private static final String HAND = SCHEMA + "_hand";

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** Which door, and on what. */
    private enum Door {
        OWN("", "own transaction", "own transaction, sequencer running"),
        STOPPED("-stopped", "sequencer stopped", "own transaction, sequencer stopped"),
        JOINED("-joined", "joined", "joined to a transaction with one row of the application's, sequencer running"),
        JOINED_STOPPED(
                "-joined-stopped",
                "joined, sequencer stopped",
                "joined to a transaction with one row of the application's, sequencer stopped"),
        H2("-h2", "H2 file", "own transaction, H2 file");

        private final String suffix;
        private final String label;
        private final String text;

        Door(String suffix, String label, String text) {
            this.suffix = suffix;
            this.label = label;
            this.text = text;
        }

        boolean joins() {
            return this == JOINED || this == JOINED_STOPPED;
        }

        boolean isSequenced() {
            return this != STOPPED && this != JOINED_STOPPED;
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
            new Variant(Door.STOPPED, 1, 1, Target.atLeast(1.3)),
            new Variant(Door.STOPPED, 16, 1, Target.atLeast(1.4)),
            new Variant(Door.STOPPED, 1, 100, Target.atLeast(1)),
            new Variant(Door.STOPPED, 4, 100, Target.atLeast(0.95)),
            new Variant(Door.JOINED, 1, 1, Target.atLeast(0.95)),
            new Variant(Door.JOINED, 16, 1, Target.atLeast(0.95)),
            new Variant(Door.JOINED, 4, 100, Target.atLeast(0.95)),
            new Variant(Door.JOINED_STOPPED, 1, 1, Target.atLeast(0.95)),
            new Variant(Door.JOINED_STOPPED, 16, 1, Target.atLeast(0.95)),
            new Variant(Door.JOINED_STOPPED, 4, 100, Target.atLeast(0.95)),
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
        return "Appends ÷ plain JDBC that writes the same rows: INSERT and COMMIT, or a batch that the driver rewrites; joined ones also ÷ the very statements of Daybook, sent by hand.";
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
        Map<Door, List<Curve.Point>> ratios = new EnumMap<>(Door.class);
        for (Variant variant : wanted) {
            double ratio =
                    variant.door == Door.H2 ? onH2(variant, plan, report) : onPostgresql(variant, server, plan, report);
            ratios.computeIfAbsent(variant.door, door -> new ArrayList<>())
                    .add(new Curve.Point((double) variant.writers * variant.events, ratio));
        }
        if (wanted.size() > 1) {
            List<Curve.Line> lines = new ArrayList<>();
            ratios.forEach((door, points) -> lines.add(new Curve.Line(
                    door.label,
                    points.stream()
                            .sorted(Comparator.comparingDouble(Curve.Point::across))
                            .toList())));
            report.curve(new Curve("Appends ÷ plain JDBC", "writers × events of a transaction", "×", lines));
        }
    }

    private static double onPostgresql(Variant variant, Server server, Plan plan, Report report) throws Exception {
        server.drop(SCHEMA);
        server.drop(HAND);
        boolean sequenced = variant.door.isSequenced();
        double ratio;
        try (Daybook daybook = Daybooks.open(server, SCHEMA, sequenced, variant.writers)) {
            server.execute("create table %s (like %s.events including all)".formatted(PLAIN, SCHEMA));
            boolean joined = variant.door.joins();
            if (joined) {
                JoinedWriter.createTable(server, SCHEMA + ".our_orders");
                JoinedWriter.createTable(server, SCHEMA + ".their_orders");
                Daybooks.open(server, HAND, false, 1).close();
                JoinedWriter.createTable(server, HAND + ".orders");
            }
            List<Writer> byHand = new ArrayList<>();
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
                if (joined) {
                    byHand.add(JoinedWriter.byHand(server, HAND + ".orders", HAND, new Life("w" + i)));
                }
            }
            Rest rest = () -> {
                if (sequenced) {
                    Daybooks.awaitSequenced(server, SCHEMA);
                }
            };
            if (joined) {
                ratio = measureJoined(variant, ours, theirs, byHand, plan, report, rest);
            } else {
                ratio = measure(variant, ours, theirs, plan, report, rest);
            }
        }
        server.drop(SCHEMA);
        server.drop(HAND);
        return ratio;
    }

    private static double onH2(Variant variant, Plan plan, Report report) throws Exception {
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
            return measure(
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

    /** @return the median of the ratios */
    private static double measure(
            Variant variant, List<Writer> ours, List<Writer> theirs, Plan plan, Report report, Rest rest)
            throws Exception {
        try (Crew ourCrew = new Crew(ours, variant.events);
                Crew theirCrew = new Crew(theirs, variant.events)) {
            report.progress(variant.name() + ": warming up");
            Crew.warmUp(plan, ourCrew, theirCrew);
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
            return comparison.ratios().median();
        }
    }

    /** Three take turns, and each begins as often as the others. */
    private static double measureJoined(
            Variant variant,
            List<Writer> ours,
            List<Writer> theirs,
            List<Writer> byHand,
            Plan plan,
            Report report,
            Rest rest)
            throws Exception {
        try (Crew ourCrew = new Crew(ours, variant.events);
                Crew theirCrew = new Crew(theirs, variant.events);
                Crew handCrew = new Crew(byHand, variant.events)) {
            report.progress(variant.name() + ": warming up");
            Crew.warmUp(plan, ourCrew, theirCrew, handCrew);
            rest.await();
            List<Comparison.Side> sides = List.of(
                    () -> {
                        double rate = ourCrew.work(plan.slice()).perSecond();
                        rest.await();
                        return rate;
                    },
                    () -> theirCrew.work(plan.slice()).perSecond(),
                    () -> handCrew.work(plan.slice()).perSecond());
            List<Comparison> comparisons = Comparison.ofSeveral(variant.name(), plan, report, sides);
            Comparison toPlain = comparisons.get(0);
            Comparison toHand = comparisons.get(1);
            report.row(Row.ratio(
                    variant.what() + " ÷ plain INSERTs of the same rows, without locks and looks",
                    toPlain.ratios(),
                    variant.target,
                    toPlain.detail("events/s", 0)));
            report.row(Row.ratio(
                    variant.what() + " ÷ the same statements by hand, with the same locks and looks",
                    toHand.ratios(),
                    variant.target,
                    toHand.detail("events/s", 0)));
            return toPlain.ratios().median();
        }
    }
}
