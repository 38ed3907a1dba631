package io.daybook.bench;

import io.daybook.Daybook;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Registration;
import io.daybook.notifier.Start;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;

/**
 * One event in a million is for a registration that begins at the beginning: how long until it has that event, beside a plain query for it, and
 * beside somebody who reads page after page by hand.
 */
final class SparseSuite implements Suite {

    private static final String SCHEMA = "daybook_bench";
    private static final int EVENTS = 1_000_000;

    /** Near the end, so that nearly all of the ledger has to be looked at. */
    private static final int RARE_AT = 990_000;

    /** What somebody who is careful with memory would read at once. */
    private static final int PAGE = 500;

    /** No index helps to find an operation, so both sides have to look at every event. */
    private static final Operation RARE = Operation.of("RARE");

    private static final Duration LONG = Duration.ofMinutes(5);

    @Override
    public String name() {
        return "sparse";
    }

    @Override
    public String description() {
        return "A topic that hardly anything matches.";
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        fill(server, report);
        try (Daybook daybook = Daybooks.open(server, SCHEMA, false, 8);
                Connection plain = server.connect("")) {
            Series byQuery = new Series();
            Series byPages = new Series();
            Series byRegistration = new Series();
            Series byEight = new Series();
            Series toQuery = new Series();
            Series toPages = new Series();
            Series eightToOne = new Series();
            query(plain);
            delivered(daybook, 1);
            for (int pair = 0; pair < plan.pairs(); pair++) {
                byQuery.add(query(plain));
                byRegistration.add(delivered(daybook, 1));
                byPages.add(pages(plain));
                byEight.add(delivered(daybook, 8));
                toQuery.add(byRegistration.last() / byQuery.last());
                toPages.add(byRegistration.last() / byPages.last());
                eightToOne.add(byEight.last() / byRegistration.last());
            }
            report.row(Row.ratio(
                    "sparse: 1 event in 1,000,000, registration ÷ plain query",
                    toQuery,
                    Target.atMost(1.5),
                    rates(byRegistration, byQuery)));
            report.row(Row.ratio(
                    "sparse: 1 event in 1,000,000, registration ÷ pages of %d read by hand".formatted(PAGE),
                    toPages,
                    Target.none(),
                    rates(byRegistration, byPages)));
            report.row(Row.ratio(
                    "sparse: all of 8 partitions past the same ledger ÷ the one of 1",
                    eightToOne,
                    Target.none(),
                    rates(byEight, byRegistration)));
        }
        server.drop(SCHEMA);
    }

    private static String rates(Series one, Series other) {
        return String.format(Locale.ROOT, "%s ÷ %s ms", one.text(0), other.text(0));
    }

    private static void fill(Server server, Report report) throws Exception {
        Logs.create(server, SCHEMA);
        Logs.add(server, SCHEMA, """
                'order',
                'e-' || (n / 10),
                n %% 10 + 1,
                case when n = %d then '%s' when n %% 10 = 0 then 'CREATION' else 'UPDATE' end,
                case n %% 10 when 0 then null else 'status' end,
                case n %% 10 when 0 then null else '"status number ten"'::jsonb end""".formatted(RARE_AT, RARE.name()), 1, EVENTS, report);
    }

    private static double query(Connection connection) throws SQLException {
        long begin = System.nanoTime();
        try (PreparedStatement query = connection.prepareStatement("""
                select e.*, l.position, l.recorded_at, l.hash
                from %1$s.ledger l
                join %1$s.events e on e.event_id = l.event_id
                where e.operation = ?
                order by l.position
                """.formatted(SCHEMA))) {
            query.setString(1, RARE.name());
            try (ResultSet rows = query.executeQuery()) {
                expect(rows.next() && rows.getLong("position") == RARE_AT);
            }
        }
        return since(begin);
    }

    private static double pages(Connection connection) throws SQLException {
        long begin = System.nanoTime();
        boolean found = false;
        long position = 0;
        try (PreparedStatement query = connection.prepareStatement("""
                select e.*, l.position, l.recorded_at, l.hash
                from %1$s.ledger l
                join %1$s.events e on e.event_id = l.event_id
                where l.position > ?
                order by l.position
                limit ?
                """.formatted(SCHEMA))) {
            while (position < EVENTS) {
                query.setLong(1, position);
                query.setInt(2, PAGE);
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        position = rows.getLong("position");
                        found |= rows.getString("operation").equals(RARE.name());
                    }
                }
            }
        }
        expect(found);
        return since(begin);
    }

    /** Until all partitions of a new registration have passed everything. */
    private static double delivered(Daybook daybook, int partitions) throws InterruptedException {
        long begin = System.nanoTime();
        Registration registration = daybook.notifier()
                .registerDivided(
                        "sparse",
                        partitions,
                        Start.beginning(),
                        Topic.everything().operation(RARE));
        try (Registration.Claim claim = registration.claim("bench")) {
            Delivery delivery = claim.take(1, LONG).orElseThrow().deliveries().get(0);
            expect(delivery.event().position().orElseThrow() == RARE_AT);
            delivery.done();
            while (registration.position() < EVENTS) {
                claim.take(1, Duration.ofMillis(1));
            }
        }
        double milliseconds = since(begin);
        daybook.notifier().unregister("sparse");
        return milliseconds;
    }

    private static double since(long begin) {
        return (System.nanoTime() - begin) / 1e6;
    }

    private static void expect(boolean condition) {
        if (!condition) {
            throw new IllegalStateException("The rare event was not found where it is.");
        }
    }
}
