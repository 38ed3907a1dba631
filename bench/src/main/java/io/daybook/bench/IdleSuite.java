package io.daybook.bench;

import io.daybook.Daybook;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.event.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a thousand registrations cost while nothing happens: of this process and of the server's sessions, together. */
final class IdleSuite implements Suite {

    private static final String SCHEMA = "daybook_bench";
    private static final int REGISTRATIONS = 1_000;

    /**
     * Until every sleep has grown to its longest, what the beginning left has been written, and the compiler is done with what the beginning ran:
     * for a minute it takes several times as much as what it compiles.
     */
    private static final long SETTLE_MILLISECONDS = 120_000;

    private static final long LEAST_MILLISECONDS = 10_000;

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public String description() {
        return "What a thousand registrations cost while nothing is appended.";
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        server.drop(SCHEMA);
        Series shares = new Series();
        Series transactions = new Series();
        Series processes = new Series();
        Series sessions = new Series();
        List<EventConsumer> consumers = new ArrayList<>();
        try (Daybook daybook = Daybooks.open(server, SCHEMA, true, 1)) {
            daybook.transact(tx -> tx.create(Life.ENTITY_TYPE, "o-1", java.util.Map.of("status", "new")));
            for (int i = 0; i < REGISTRATIONS; i++) {
                consumers.add(Consumers.consume(
                        daybook.notifier().register("r" + i, Topic.of("type_" + i % 100)), event -> {}));
            }
            Thread.sleep(SETTLE_MILLISECONDS);
            for (int i = 0; i < plan.pairs(); i++) {
                Effort before = Effort.now(server);
                Thread.sleep(Math.max(LEAST_MILLISECONDS, plan.slice().toMillis()));
                Effort after = Effort.now(server);
                processes.add(100 * after.processShareSince(before));
                sessions.add(100 * after.sessionShareSince(before));
                shares.add(processes.last() + sessions.last());
                transactions.add(after.transactionsPerSecondSince(before));
            }
            consumers.forEach(EventConsumer::close);
        }
        server.drop(SCHEMA);
        String what = String.format(Locale.ROOT, "idle: %,d registrations, nothing appended, ", REGISTRATIONS);
        report.row(new Row(
                what + "CPU",
                shares,
                "% of a core",
                2,
                Target.atMost(1),
                "this process %s, sessions of the server %s".formatted(processes.text(2), sessions.text(2))));
        report.row(new Row(
                what + "transactions",
                transactions,
                "/s",
                1,
                Target.atMost(20),
                "of one statement each, as the database counts them; the two looks of this suite included"));
    }
}
