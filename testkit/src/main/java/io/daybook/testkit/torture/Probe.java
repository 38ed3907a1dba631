package io.daybook.testkit.torture;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Looks at the database from outside, by plain SQL, and says what it sees in the lines that nodes speak. */
final class Probe {

    private Probe() {}

    /**
     * Says where the cursors are.
     *
     * <p>H2 shows a commit to others before it is on disk, and a process that is killed in between takes it back: the cursor, and what was
     * written with it. Nobody was told that such a commit succeeded, so that breaks no promise; to see none of them, the probe commits
     * something itself before it says what it has read, for H2 writes commits in the order in which they were made.
     */
    static void cursors(Connection connection, Consumer<String> say) throws SQLException {
        List<String> seen = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(
                        "select registration, partition, epoch, position from daybook.cursors");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                seen.add("cursor %d %s %d %d %d"
                        .formatted(System.nanoTime(), row.getString(1), row.getInt(2), row.getLong(3), row.getLong(4)));
            }
        }
        if (connection.getMetaData().getURL().startsWith("jdbc:h2:")) {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("update torture.looks set number = number + 1");
            }
        }
        seen.forEach(say);
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
