package io.daybook.bench.peers;

import io.daybook.Daybook;
import io.daybook.bench.Daybooks;
import io.daybook.bench.Server;
import io.daybook.bench.Suite;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.event.Event;
import io.daybook.notifier.Registration;
import io.daybook.notifier.Start;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One consumer goes through a log from its beginning: the peer's, somebody who reads pages by hand, and a consumer of Daybook, by turns.
 * Each looks at the value of every event.
 */
record CatchUp(Server server, Suite.Plan plan, Suite.Report report, String peer) {

    /** What somebody who is careful with memory would read at once. */
    private static final int PAGE = 500;

    private static final int MOST = 500_000;
    private static final int QUICK = 50_000;

    /** Counts what a consumer of the peer was given. */
    static final class Counter {

        private final CountDownLatch left;

        Counter(long events) {
            this.left = new CountDownLatch(Math.toIntExact(events));
        }

        /** @param value of the event, so that nobody gets away with not reading it */
        void handled(Object value) {
            if (value.toString().isEmpty()) {
                throw new IllegalStateException("An event without a value.");
            }
            left.countDown();
        }

        void await() throws InterruptedException {
            if (!left.await(10, TimeUnit.MINUTES)) {
                throw new IllegalStateException("%d events were not handled.".formatted(left.getCount()));
            }
        }
    }

    /** A new consumer of the peer. */
    interface Peer {

        /** Begins at the beginning of the log and returns when the counter has what it wants; nothing of the consumer is left. */
        void consume(Counter counter) throws Exception;
    }

    /** How many events the peers' logs have; filled by {@link #fill}. */
    long events() {
        return plan.quick() ? QUICK : Math.min(plan.events(), MOST);
    }

    /** The log of Daybook: rows as appends of a hundred and rounds leave them, but for hashes that nobody verifies here. */
    void fill() throws SQLException {
        Daybooks.open(server, Room.DAYBOOK, false, 1).close();
        server.execute("""
                insert into %1$s.events (
                    entity_type, entity_id, version, operation, attribute_name, attribute_value, creation_date, transaction_id, actor, salt)
                select 'order',
                       'e-' || (n / 10),
                       n %% 10 + 1,
                       case n %% 10 when 0 then 'CREATION' else 'UPDATE' end,
                       case n %% 10 when 0 then null else 'status' end,
                       %3$s,
                       now(),
                       (lpad(to_hex(1767225600000 + n / 100), 12, '0') || '70008' || lpad(to_hex(n / 100), 15, '0'))::uuid,
                       'bench',
                       decode(md5(n::text), 'hex')
                from generate_series(0, %2$d - 1) n
                """.formatted(Room.DAYBOOK, events(), json("n")));
        server.execute("""
                insert into %1$s.ledger (position, event_id, recorded_at, hash)
                select row_number() over (order by event_id),
                       event_id,
                       now(),
                       sha256(event_id::text::bytea)
                from %1$s.events
                """.formatted(Room.DAYBOOK));
        server.execute("vacuum analyze " + Room.DAYBOOK + ".events");
        server.execute("vacuum analyze " + Room.DAYBOOK + ".ledger");
    }

    /** The value of event n in SQL, the same in every log. */
    static String json(String n) {
        return """
                case %1$s %% 10
                    when 0 then jsonb_build_object('status', 'new', 'total', %1$s)
                    else to_jsonb('status number ' || (%1$s %% 10 + 1))
                end""".formatted(n);
    }

    /**
     * @param what kind of consumer of the peer, such as {@code tracking processor, default}
     * @param most events that it is given, because it would take too long for all; Daybook and the pages have all of them
     */
    void measure(String what, long most, String comment, Peer consumer) throws Exception {
        long theirs = Math.min(most, events());
        try (Connection connection = server.connect("")) {
            Side peers = () -> {
                Counter counter = new Counter(theirs);
                long begin = System.nanoTime();
                consumer.consume(counter);
                return theirs / seconds(begin);
            };
            Side plain = () -> {
                long begin = System.nanoTime();
                Check.count("events read", events(), pages(connection));
                return events() / seconds(begin);
            };
            Side ours = () -> {
                try (Daybook daybook = Daybooks.open(server, Room.DAYBOOK, false, 1)) {
                    long begin = System.nanoTime();
                    delivered(daybook);
                    return events() / seconds(begin);
                }
            };
            peers.turn();
            plain.turn();
            ours.turn();
            Contest contest =
                    new Contest(new Contest.Named(peer, peers), plain, List.of(new Contest.Named("Daybook", ours)));
            contest.run(plan.pairs());
            contest.report(
                    report,
                    "catch-up of %,d events, %s".formatted(events(), what),
                    "events/s",
                    theirs < events()
                            ? comment + (comment.isEmpty() ? "" : "; ") + "%s: the first %,d".formatted(peer, theirs)
                            : comment);
        }
    }

    private long pages(Connection connection) throws SQLException {
        long position = 0;
        long count = 0;
        long characters = 0;
        try (PreparedStatement query = connection.prepareStatement("""
                select e.*, l.position, l.recorded_at, l.hash
                from %1$s.ledger l
                join %1$s.events e on e.event_id = l.event_id
                where l.position > ?
                order by l.position
                limit ?
                """.formatted(Room.DAYBOOK))) {
            while (position < events()) {
                query.setLong(1, position);
                query.setInt(2, PAGE);
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        position = rows.getLong("position");
                        characters += rows.getString("attribute_value").length();
                        count++;
                    }
                }
            }
        }
        if (characters == 0) {
            throw new IllegalStateException("Events without values.");
        }
        return count;
    }

    private void delivered(Daybook daybook) throws InterruptedException {
        Counter counter = new Counter(events());
        Registration registration = daybook.notifier().register("bench", Start.beginning());
        try (EventConsumer consumer = Consumers.consume(registration, event -> counter.handled(value(event)))) {
            counter.await();
            Check.count("consumers running", 1, consumer.isRunning() ? 1 : 0);
        }
        daybook.notifier().unregister("bench");
    }

    private static Object value(Event event) {
        return event.attributeValue().orElseThrow().json();
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }
}
