package io.daybook.bench;

import io.daybook.Daybook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Appends through Daybook's front door, beside {@link PlainWriter} inserting the same rows into a table {@code like events
 * including all}: the same columns, defaults, identity and indexes, in the same schema, as old and as large as {@code events}
 * itself. The two take turns, and begin by turns.
 */
record AppendSuite(String name, int writers, int eventsPerTransaction, boolean sequenced, Target target)
        implements Suite {

    private static final Duration WARM_UP = Duration.ofSeconds(3);

    @Override
    public String description() {
        return "Appends through the front door ÷ plain JDBC that writes the same rows.";
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        String schema = "daybook_bench";
        server.drop(schema);
        Series ratios = new Series();
        Series ours = new Series();
        Series theirs = new Series();
        try (Daybook daybook = Daybooks.open(server, schema, sequenced, writers)) {
            server.execute("create table %1$s.plain (like %1$s.events including all)".formatted(schema));
            List<Writer> daybookWriters = new ArrayList<>();
            List<Writer> plainWriters = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                daybookWriters.add(new DaybookWriter(daybook, new Life("w" + i)));
                plainWriters.add(new PlainWriter(server, schema + ".plain", new Life("w" + i)));
            }
            try (Crew daybookCrew = new Crew(daybookWriters, eventsPerTransaction);
                    Crew plainCrew = new Crew(plainWriters, eventsPerTransaction)) {
                warmUp(daybookCrew, plainCrew);
                for (int i = 0; i < plan.pairs(); i++) {
                    double our;
                    double their;
                    if (i % 2 == 0) {
                        our = rate(daybookCrew, plan, server, schema);
                        their = rate(plainCrew, plan, server, schema);
                    } else {
                        their = rate(plainCrew, plan, server, schema);
                        our = rate(daybookCrew, plan, server, schema);
                    }
                    ours.add(our);
                    theirs.add(their);
                    ratios.add(our / their);
                }
            }
        }
        server.drop(schema);
        report.row(Row.ratio(
                "%s: %d %s × %d, sequencer %s"
                        .formatted(
                                name,
                                writers,
                                writers == 1 ? "writer" : "writers",
                                eventsPerTransaction,
                                sequenced ? "running" : "stopped"),
                ratios,
                target,
                "%s ÷ %s events/s".formatted(ours.text(0), theirs.text(0))));
    }

    /** Until the compiler has nothing left to do on either side: a slice of one writer is too few calls for that. */
    private static void warmUp(Crew daybook, Crew plain) throws Exception {
        for (int i = 0; i < 4; i++) {
            daybook.work(WARM_UP);
            plain.work(WARM_UP);
        }
    }

    private double rate(Crew crew, Plan plan, Server server, String schema) throws Exception {
        double rate = crew.work(plan.slice()).perSecond();
        if (sequenced) {
            // What is left to number must not slow down the plain writers' turn.
            Daybooks.awaitSequenced(server, schema);
        }
        return rate;
    }
}
