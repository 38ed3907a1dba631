package io.daybook.doctor;

import io.daybook.database.Database;
import io.daybook.database.DatabaseFailure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The sequences that ids come from: whether each goes on behind the last id that is there. */
final class Sequences implements Check {

    /** Where a sequence feeds, and what must not be given again. */
    private enum Feeds {
        EVENTS("events", "event_id", """
                select greatest((select coalesce(max(e.event_id), 0) from daybook.events e),
                                (select coalesce(max(l.event_id), 0) from daybook.ledger l)) as last"""),
        CANDIDATES("candidates", "number", """
                select coalesce(max(c.number), 0) as last
                from daybook.candidates c""");

        private final String table;
        private final String column;
        private final String last;

        Feeds(String table, String column, String last) {
            this.table = table;
            this.column = column;
            this.last = last;
        }
    }

    private static final String NAME = """
            select s.name, has_sequence_privilege(s.name, 'SELECT')
            from (select pg_get_serial_sequence('daybook.%s', '%s') as name) s
            """;

    /**
     * One statement, so that the largest id is older than the sequence: an append in between makes the sequence larger, and never
     * looks like a sequence that lags.
     */
    private static final String POSTGRESQL_STATE = """
            select t.last, case when s.is_called then s.last_value + 1 else s.last_value end as next
            from (%s) t, %s s
            """;

    private static final String H2_STATE = """
            select t.last, c.identity_base as next
            from (%s) t, information_schema.columns c
            where lower(c.table_schema) = '%s'
              and lower(c.table_name) = '%s'
              and lower(c.column_name) = '%s'
            """;

    /** How long a repair waits for open appends. */
    private static final String LOCK_TIMEOUT = "10s";

    /**
     * @param next the id that the sequence would give
     * @param last the last one there is
     */
    private record State(Feeds feeds, long next, long last) {
        boolean lags() {
            return next <= last;
        }
    }

    @Override
    public String name() {
        return "sequences";
    }

    @Override
    public void run(Examination examination) {
        for (Feeds feeds : Feeds.values()) {
            Optional<State> state = examination.database.call(
                    "Looking at the ids of " + feeds.table, c -> look(examination.database, c, feeds));
            if (state.isEmpty()) {
                examination.warning(
                        "This user may not read the sequence of daybook.%s.".formatted(feeds.table),
                        "Whether the next id comes after the last one is not known.",
                        "Have the owner run what `daybook migrate --print-roles` prints, or run `daybook doctor` as the owner.");
            } else if (state.get().lags()) {
                lags(examination, state.get());
            } else {
                examination.fine(
                        "%s.%s goes on with %d; the last one is %d.",
                        feeds.table,
                        feeds.column,
                        state.get().next(),
                        state.get().last());
            }
        }
    }

    private static void lags(Examination examination, State state) {
        examination.error(
                "%s.%s would go on with %d, but the last one is %d."
                        .formatted(state.feeds().table, state.feeds().column, state.next(), state.last()),
                state.feeds() == Feeds.EVENTS
                        ? "The rows came in without the sequence (a copy of tables, logical replication). Appends would fail, or be numbered"
                                + " before events that they build on; a daybook that may append refuses to open."
                        : "The rows came in without the sequence (a copy of tables, logical replication). Nodes cannot take part in delivery.",
                "Run `daybook doctor --repair-sequences` as the owner of the tables. It does: "
                        + statement(examination.database, state) + ";");
    }

    /** Refuses to go on where new events would collide with old ones or be numbered before them. */
    static void refuseEventIdsBehind(Database database) {
        Optional<State> state = database.call("Looking at the ids of events", c -> look(database, c, Feeds.EVENTS));
        if (state.isPresent() && state.get().lags()) {
            throw new EventIdsBehind(state.get().next(), state.get().last(), database.schema());
        }
    }

    /** Sets each sequence that lags behind the last id. @return what was done, one sentence each */
    static List<String> repair(Database database) {
        try {
            return database.inTransaction(c -> {
                List<String> done = new ArrayList<>();
                for (Feeds feeds : Feeds.values()) {
                    repair(database, c, feeds).ifPresent(done::add);
                }
                return done;
            });
        } catch (SQLException e) {
            throw new DatabaseFailure("Repairing sequences", e);
        }
    }

    private static Optional<String> repair(Database database, Connection connection, Feeds feeds) throws SQLException {
        if (database.isPostgresql()) {
            // Nobody may be between taking an id and committing it while the last one is looked for.
            execute(connection, "set local lock_timeout = '" + LOCK_TIMEOUT + "'");
            execute(connection, database.sql("lock table daybook.%s in share mode".formatted(feeds.table)));
        }
        Optional<State> state = look(database, connection, feeds);
        if (state.isEmpty() || !state.get().lags()) {
            return Optional.empty();
        }
        execute(connection, statement(database, state.get()));
        return Optional.of("%s.%s goes on with %d; it would have gone on with %d."
                .formatted(
                        feeds.table,
                        feeds.column,
                        state.get().last() + 1,
                        state.get().next()));
    }

    private static String statement(Database database, State state) {
        String table = database.schema() + "." + state.feeds().table;
        return database.isPostgresql()
                ? "select setval(pg_get_serial_sequence('%s', '%s'), %d)"
                        .formatted(table, state.feeds().column, state.last())
                : "alter table %s alter column %s restart with %d"
                        .formatted(table, state.feeds().column, state.last() + 1);
    }

    /** Empty if this user may not know. */
    private static Optional<State> look(Database database, Connection connection, Feeds feeds) throws SQLException {
        String sql;
        if (database.isPostgresql()) {
            String name;
            try (PreparedStatement query =
                            connection.prepareStatement(database.sql(NAME.formatted(feeds.table, feeds.column)));
                    ResultSet row = query.executeQuery()) {
                row.next();
                name = row.getString(1);
                if (name == null || !row.getBoolean(2)) {
                    return Optional.empty();
                }
            }
            sql = database.sql(POSTGRESQL_STATE.formatted(feeds.last, "%s")).formatted(name);
        } else {
            sql = database.sql(H2_STATE.formatted(feeds.last, database.schema(), feeds.table, feeds.column));
        }
        try (PreparedStatement query = connection.prepareStatement(sql);
                ResultSet row = query.executeQuery()) {
            return row.next() ? Optional.of(new State(feeds, row.getLong(2), row.getLong(1))) : Optional.empty();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }
}
