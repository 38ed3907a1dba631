package io.daybook;

import io.daybook.database.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbers of events on H2 after a {@code kill -9}. H2 hands out the numbers of a sequence before it has written that they are taken: two
 * appends at the end of a cached range, a kill between the commit of the second and the write of the first, and the next process
 * would hand out the second's number again. That is refused, and tried again with the next one; but a number before that of an
 * event that is there must never be given to one that comes after it.
 */
final class H2EventIds {

    private static final Logger LOG = LoggerFactory.getLogger(H2EventIds.class);

    private static final String TAKEN = """
            select (select coalesce(max(e.event_id), 0) from daybook.events e),
                   c.identity_base
            from information_schema.columns c
            where lower(c.table_schema) = ?
              and lower(c.table_name) = 'events'
              and lower(c.column_name) = 'event_id'
            """;

    private H2EventIds() {}

    static void goOnBehindTheLast(Database database) {
        database.run("Looking at the numbers of events", c -> {
            try (PreparedStatement query = c.prepareStatement(database.sql(TAKEN))) {
                query.setString(1, database.schema());
                try (ResultSet row = query.executeQuery()) {
                    if (row.next() && row.getLong(2) <= row.getLong(1)) {
                        restart(database, c, row.getLong(1) + 1);
                    }
                }
            }
        });
    }

    private static void restart(Database database, Connection connection, long next) throws SQLException {
        LOG.info("Event ids go on with {}: the process before was killed while it took new ones.", next);
        try (PreparedStatement restart = connection.prepareStatement(
                database.sql("alter table daybook.events alter column event_id restart with " + next))) {
            restart.execute();
        }
    }
}
