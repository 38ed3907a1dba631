package io.daybook.bench;

import io.daybook.Daybook;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Large logs, written by SQL: rows as appends and rounds leave them, but for hashes that nobody verifies here, because ten million appends would
 * take minutes. No daybook may be open on them meanwhile.
 */
final class Logs {

    /** Events of one transaction of ours; a multiple of what suites make one entity of. */
    private static final int CHUNK = 50_000;

    /** Events that share a transaction id, as those of a unit of work do. */
    private static final int UNIT = 100;

    private static final long TELL_EVERY = 1_000_000;

    private Logs() {}

    /** An empty one. */
    static void create(Server server, String schema) throws SQLException {
        server.drop(schema);
        Daybook daybook = Daybooks.open(server, schema, false, 1);
        daybook.close();
    }

    /**
     * Adds the events that the text says, with their positions, all in the order of n.
     *
     * @param event the columns entity_type, entity_id, version, operation, attribute_name and attribute_value of event {@code n}, as SQL
     * @param from the first n
     * @param until the last n
     */
    static void add(Server server, String schema, String event, long from, long until, Suite.Report report)
            throws SQLException, InterruptedException, ExecutionException {
        add(server, schema, event, from, until, 1, report);
    }

    /**
     * The same by several connections, each with {@value #CHUNK} events at a time. Ids and positions are in the order of n, the rows in the
     * table nearly so, as several writers leave them.
     *
     * @param loaders how many
     */
    static void add(Server server, String schema, String event, long from, long until, int loaders, Suite.Report report)
            throws SQLException, InterruptedException, ExecutionException {
        // Each id is said, and not taken from the sequence: a chunk need not wait for those before it.
        long lastId = server.number("select coalesce(max(event_id), 0) from %s.events".formatted(schema));
        long lastPosition = server.number("select coalesce(max(position), 0) from %s.ledger".formatted(schema));
        String recordedAt = "to_timestamp(%d)".formatted(server.number("select extract(epoch from now())::bigint"));
        quiet(server, schema, true);
        AtomicLong next = new AtomicLong(from);
        AtomicLong done = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(loaders);
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < loaders; i++) {
                ends.add(threads.submit(() -> {
                    try (Connection connection = server.connect("");
                            Statement statement = connection.createStatement()) {
                        // It is all on disk before anything is measured.
                        statement.execute("set synchronous_commit = off");
                        for (long first = next.getAndAdd(CHUNK); first <= until; first = next.getAndAdd(CHUNK)) {
                            long last = Math.min(first + CHUNK - 1, until);
                            statement.execute(events(schema, event, first, last, lastId - from + 1, recordedAt));
                            statement.execute(ledger(
                                    schema, first, last, lastId - from + 1, lastPosition - from + 1, recordedAt));
                            tell(report, done, last - first + 1, until - from + 1);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        } finally {
            threads.shutdownNow();
        }
        server.execute(
                "select setval(pg_get_serial_sequence('%1$s.events', 'event_id'), (select max(event_id) from %1$s.events))"
                        .formatted(schema));
        quiet(server, schema, false);
        settle(server, schema);
    }

    /** What a table needs that was filled, at once and not while something is measured. */
    private static void settle(Server server, String schema) throws SQLException {
        server.execute("vacuum analyze " + schema + ".events");
        server.execute("vacuum analyze " + schema + ".ledger");
        server.checkpoint();
    }

    /** One vacuum at the end does what several on the way would. */
    private static void quiet(Server server, String schema, boolean quiet) throws SQLException {
        for (String table : List.of("events", "ledger")) {
            server.execute("alter table %s.%s %s"
                    .formatted(
                            schema, table, quiet ? "set (autovacuum_enabled = false)" : "reset (autovacuum_enabled)"));
        }
    }

    private static void tell(Suite.Report report, AtomicLong done, long some, long all) {
        long now = done.addAndGet(some);
        if (now / TELL_EVERY > (now - some) / TELL_EVERY) {
            report.progress(String.format(Locale.ROOT, "filled %,d of %,d events", now, all));
        }
    }

    /** Ids as Daybook's (UUID version 7): they begin with the time, so their index grows at its end. */
    private static String events(
            String schema, String event, long first, long last, long idOffset, String creationDate) {
        return """
                insert into %1$s.events (
                    event_id, entity_type, entity_id, version, operation, attribute_name, attribute_value, creation_date, transaction_id,
                    actor, salt)
                overriding system value
                select n + %5$d,
                       %2$s,
                       %6$s,
                       (lpad(to_hex(1767225600000 + n / %7$d), 12, '0') || '7000' || '8' || lpad(to_hex(n / %7$d), 15, '0'))::uuid,
                       'bench',
                       decode(md5(n::text), 'hex')
                from generate_series(%3$d::bigint, %4$d::bigint) n
                """.formatted(schema, event, first, last, idOffset, creationDate, UNIT);
    }

    private static String ledger(
            String schema, long first, long last, long idOffset, long positionOffset, String recordedAt) {
        return """
                insert into %1$s.ledger (position, event_id, recorded_at, hash)
                select n + %5$d, n + %4$d, %6$s, sha256(n::text::bytea)
                from generate_series(%2$d::bigint, %3$d::bigint) n
                """.formatted(schema, first, last, idOffset, positionOffset, recordedAt);
    }
}
