package io.daybook.bench;

import io.daybook.Daybook;
import java.sql.SQLException;

/** Daybooks to measure. */
public final class Daybooks {

    private Daybooks() {}

    public static Daybook open(Server server, String schema, boolean sequenced, int writers) {
        return Daybook.builder()
                .url(server.url())
                .user(server.user())
                .password(server.password())
                .schema(schema)
                .poolSize(writers + 6)
                .sequencing(sequenced)
                .open();
    }

    /** How many committed events have no position yet: counted, so that nobody has to be believed. */
    public static long lag(Server server, String schema) throws SQLException {
        return server.number(
                "select (select count(*) from %1$s.events) - (select count(*) from %1$s.ledger)".formatted(schema));
    }

    /** Waits until every event has its position. */
    public static void awaitSequenced(Server server, String schema) throws SQLException, InterruptedException {
        while (lag(server, schema) > 0) {
            Thread.sleep(20);
        }
    }

    /** The same for a large log, which takes long to count: until the ledger ends at as many events as the last one has before it. */
    static void awaitHead(Server server, String schema) throws SQLException, InterruptedException {
        long last = server.number("select max(event_id) from %s.events".formatted(schema));
        while (server.number("select count(*) from %s.ledger where event_id = %d".formatted(schema, last)) == 0) {
            Thread.sleep(20);
        }
    }
}
