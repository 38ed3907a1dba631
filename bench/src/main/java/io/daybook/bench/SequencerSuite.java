package io.daybook.bench;

import io.daybook.Daybook;
import java.util.ArrayList;
import java.util.List;

/**
 * What the sequencer costs: the same appends in two schemas of one server, one numbered, one not. Sustained: the time until
 * every event of the slice has its position counts too, so appends that run ahead of the sequencer win nothing.
 */
final class SequencerSuite implements Suite {

    private static final int WRITERS = 4;
    private static final int EVENTS_PER_TRANSACTION = 100;

    @Override
    public String name() {
        return "sequencer";
    }

    @Override
    public String description() {
        return "What the sequencer leaves of the rate of appends.";
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        String with = "daybook_bench_with";
        String without = "daybook_bench_without";
        server.drop(with);
        server.drop(without);
        Series ratios = new Series();
        Series running = new Series();
        Series stopped = new Series();
        Series lags = new Series();
        Series drains = new Series();
        try (Daybook sequenced = Daybooks.open(server, with, true, WRITERS);
                Daybook unsequenced = Daybooks.open(server, without, false, WRITERS);
                Crew sequencedCrew = crew(sequenced);
                Crew unsequencedCrew = crew(unsequenced)) {
            sequencedCrew.work(plan.slice());
            Daybooks.awaitSequenced(server, with);
            unsequencedCrew.work(plan.slice());
            for (int i = 0; i < plan.pairs(); i++) {
                if (i % 2 == 1) {
                    stopped.add(unsequencedCrew.work(plan.slice()).perSecond());
                }
                Crew.Work work = sequencedCrew.work(plan.slice());
                long end = System.nanoTime();
                long head = server.number("select coalesce(max(position), 0) from " + with + ".ledger");
                Daybooks.awaitSequenced(server, with);
                double drain = (System.nanoTime() - end) / 1e9;
                lags.add((double) (sequenced.head() - head));
                drains.add(drain * 1_000);
                running.add(work.events() / (work.seconds() + drain));
                if (i % 2 == 0) {
                    stopped.add(unsequencedCrew.work(plan.slice()).perSecond());
                }
                ratios.add(running.last() / stopped.last());
            }
        }
        server.drop(with);
        server.drop(without);
        report.row(Row.ratio(
                "sequencer: %d writers × %d, running ÷ stopped".formatted(WRITERS, EVENTS_PER_TRANSACTION),
                ratios,
                Target.atLeast(0.7),
                "%s ÷ %s events/s; behind at the end of a slice: %s events, %s ms"
                        .formatted(running.text(0), stopped.text(0), lags.text(0), drains.text(0))));
    }

    private static Crew crew(Daybook daybook) {
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new DaybookWriter(daybook, new Life("w" + i)));
        }
        return new Crew(writers, EVENTS_PER_TRANSACTION);
    }
}
