package io.daybook.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What must be true of every log, whatever was done to it: read by plain SQL, with nothing of the engine in between. */
final class LogCheck {

    private record Row(long position, long eventId, String entity, long version) {}

    private final List<Row> rows = new ArrayList<>();
    private final TreeSet<Long> events = new TreeSet<>();

    private LogCheck() {}

    static LogCheck read(TestDatabase database, String schema) throws SQLException {
        try (Connection connection = database.connect()) {
            return read(connection, schema);
        }
    }

    /** What the transaction of this connection sees. */
    static LogCheck read(Connection connection, String schema) throws SQLException {
        LogCheck check = new LogCheck();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery("""
                    select l.position, l.event_id, e.entity_type || ' ' || e.entity_id, e.version
                    from %1$s.ledger l
                    left join %1$s.events e on e.event_id = l.event_id
                    order by l.position
                    """.formatted(schema))) {
                while (row.next()) {
                    check.rows.add(new Row(row.getLong(1), row.getLong(2), row.getString(3), row.getLong(4)));
                }
            }
            try (ResultSet row = statement.executeQuery("select event_id from %s.events".formatted(schema))) {
                while (row.next()) {
                    check.events.add(row.getLong(1));
                }
            }
        }
        return check;
    }

    static LogCheck read(TestDatabase database) throws SQLException {
        return read(database, "daybook");
    }

    /** Gap-free from 1, every event exactly once, the versions of each entity without holes and in order. */
    LogCheck isWhole() {
        Map<String, Long> versions = new HashMap<>();
        TreeSet<Long> sequenced = new TreeSet<>();
        long expected = 1;
        for (Row row : rows) {
            assertThat(row.position()).as("positions are gap-free").isEqualTo(expected++);
            assertThat(sequenced.add(row.eventId()))
                    .as("event %d is in the ledger once", row.eventId())
                    .isTrue();
            assertThat(row.version())
                    .as("version of %s at position %d", row.entity(), row.position())
                    .isEqualTo(versions.merge(row.entity(), 1L, Long::sum));
        }
        assertThat(sequenced).as("every committed event is in the ledger").isEqualTo(events);
        return this;
    }

    LogCheck hasExactly(Collection<Long> committed) {
        assertThat(events).as("what was committed is there, and nothing else").isEqualTo(new TreeSet<>(committed));
        return this;
    }

    LogCheck hasAtLeast(Collection<Long> acknowledged) {
        assertThat(events).as("what was acknowledged is there").containsAll(acknowledged);
        return this;
    }

    /** How many events stand behind one with a larger id: those that a reader of "id greater than last" may miss. */
    long overtaken() {
        long largest = 0;
        long overtaken = 0;
        for (Row row : rows) {
            if (row.eventId() < largest) {
                overtaken++;
            }
            largest = Math.max(largest, row.eventId());
        }
        return overtaken;
    }

    int size() {
        return rows.size();
    }

    static void verifies(Daybook daybook) {
        assertThat(daybook.verify().problem()).as("the hash chain").isEmpty();
    }
}
