package io.daybook.testkit.torture;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.Consumer;

/** Looks at the database from outside, by plain SQL, and says what it sees in the lines that nodes speak. */
final class Probe {

    private Probe() {}

    static void cursors(Connection connection, Consumer<String> say) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                        "select registration, partition, epoch, position from daybook.cursors");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                say.accept("cursor %d %s %d %d %d"
                        .formatted(System.nanoTime(), row.getString(1), row.getInt(2), row.getLong(3), row.getLong(4)));
            }
        }
    }

    static void status(Connection connection, Consumer<String> say) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                        select (select count(*) from daybook.events) - (select count(*) from daybook.ledger),
                               (select count(*) from daybook.events where entity_type = 'account'),
                               (select count(*) from daybook.events where operation = 'RARE'),
                               (select count(*) from daybook.parked_events),
                               (select count(distinct position) from torture.effects where registration = 'projection'),
                               (select count(distinct position) from torture.effects where registration = 'slow-projection')
                        """);
                ResultSet row = query.executeQuery()) {
            row.next();
            say.accept("status %d %d %d %d %d %d %d"
                    .formatted(
                            System.nanoTime(),
                            row.getLong(1),
                            row.getLong(2),
                            row.getLong(3),
                            row.getLong(4),
                            row.getLong(5),
                            row.getLong(6)));
        }
    }
}
