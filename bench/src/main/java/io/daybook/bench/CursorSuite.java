package io.daybook.bench;

import io.daybook.Daybook;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Registration;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Cursor writes while an old transaction holds back vacuum: as many as a busy registration makes in 30 minutes, two a second, one
 * after the other. The versions of the rows pile up; the last minute's worth must still be nearly as fast as the first's.
 */
final class CursorSuite implements Suite {

    private static final int REGISTRATIONS = 10;
    private static final int PER_MINUTE = 120;
    private static final int MINUTES = 30;

    @Override
    public String name() {
        return "cursors";
    }

    @Override
    public String description() {
        return "Writes of cursors while an old transaction holds back vacuum, for half an hour.";
    }

    /** Half an hour, by construction. */
    @Override
    public boolean onlyByName() {
        return true;
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        String schema = "daybook_bench";
        int minutes = plan.quick() ? 3 : MINUTES;
        server.drop(schema);
        try (Daybook daybook = Daybooks.open(server, schema, true, 1);
                Connection old = server.connect("")) {
            Life life = new Life("cursor");
            for (int unit = 0; unit < minutes + 1; unit++) {
                daybook.transact(tx -> {
                    for (int i = 0; i < PER_MINUTE; i++) {
                        life.next();
                        life.say(tx);
                    }
                });
            }
            Daybooks.awaitSequenced(server, schema);
            List<Registration> registrations = new ArrayList<>();
            for (int i = 0; i < REGISTRATIONS; i++) {
                registrations.add(daybook.notifier().register("r" + i));
            }
            minute(registrations);
            old.setAutoCommit(false);
            old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try (Statement statement = old.createStatement()) {
                statement.execute("select pg_current_xact_id()");
            }
            List<Double> rates = new ArrayList<>();
            for (int minute = 0; minute < minutes; minute++) {
                rates.add(minute(registrations));
            }
            old.rollback();
            double first = rates.get(0);
            double last = rates.get(minutes - 1);
            report.row(Row.ratio(
                    "cursors: %d minutes of cursor writes under an old transaction, last ÷ first minute"
                            .formatted(minutes),
                    Series.of(last / first),
                    Target.atLeast(0.8),
                    String.format(
                            java.util.Locale.ROOT,
                            "%.0f ÷ %.0f writes/s, %d registrations",
                            last,
                            first,
                            REGISTRATIONS)));
        }
        server.drop(schema);
    }

    /** Writes per second of a minute's worth, the writes alone. */
    private static double minute(List<Registration> registrations) throws InterruptedException {
        long nanoseconds = 0;
        for (int i = 0; i < PER_MINUTE; i++) {
            for (Registration registration : registrations) {
                Delivery delivery = registration.poll(Duration.ofSeconds(30)).orElseThrow();
                delivery.done();
                long begin = System.nanoTime();
                registration.save();
                nanoseconds += System.nanoTime() - begin;
            }
        }
        return registrations.size() * PER_MINUTE / (nanoseconds / 1e9);
    }
}
