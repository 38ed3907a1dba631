package io.daybook.bench;

import io.daybook.Daybook;
import java.sql.SQLException;

/**
 * Large logs, written by SQL: rows as appends and rounds leave them, but for hashes that nobody verifies here, because ten million appends would
 * take minutes. No daybook may be open on them meanwhile.
 */
final class Logs {

    private Logs() {}

    /** An empty one. */
    static void create(Server server, String schema) throws SQLException {
        server.drop(schema);
        Daybook daybook = Daybooks.open(server, schema, false, 1);
        daybook.close();
    }

    /**
     * Adds the events that the text says, with their positions.
     *
     * @param event the columns entity_type, entity_id, version, operation, attribute_name and attribute_value of event {@code n}, as SQL
     * @param from the first n
     * @param until the last n
     */
    static void add(Server server, String schema, String event, long from, long until) throws SQLException {
        server.execute("""
                insert into %1$s.events (
                    entity_type, entity_id, version, operation, attribute_name, attribute_value, creation_date, transaction_id, actor, salt)
                select %2$s, now(), gen_random_uuid(), 'bench', decode(md5(n::text), 'hex')
                from generate_series(%3$d::bigint, %4$d::bigint) n
                order by n
                """.formatted(schema, event, from, until));
        server.execute("""
                insert into %1$s.ledger (position, event_id, recorded_at, hash)
                select (select coalesce(max(position), 0) from %1$s.ledger) + row_number() over (order by event_id),
                       event_id,
                       now(),
                       sha256(event_id::text::bytea)
                from %1$s.events
                where event_id > (select coalesce(max(event_id), 0) from %1$s.ledger)
                order by event_id
                """.formatted(schema));
        server.execute("vacuum analyze " + schema + ".events");
        server.execute("vacuum analyze " + schema + ".ledger");
    }
}
