package io.daybook.bench;

import io.daybook.UnitOfWork;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * An application's transaction: one row of its own and the events that tell of it, then COMMIT. Who writes the events is what
 * differs.
 */
final class JoinedWriter implements Writer {

    /** Writes the events into the transaction that the connection has open. */
    private interface Events {
        void write(int events) throws SQLException;
    }

    private final Connection connection;
    private final PreparedStatement insert;
    private final Life life;
    private final Events events;

    private JoinedWriter(Connection connection, String table, Life life, Events events) throws SQLException {
        this.connection = connection;
        this.connection.setAutoCommit(false);
        this.insert = connection.prepareStatement("insert into %s (name, status) values (?, ?)".formatted(table));
        this.life = life;
        this.events = events;
    }

    /** Daybook joins the transaction. */
    static JoinedWriter daybook(Server server, String table, UnitOfWork daybook, Life life) throws SQLException {
        Connection connection = server.connect("");
        return new JoinedWriter(
                connection,
                table,
                life,
                count -> daybook.join(connection, tx -> {
                    for (int i = 0; i < count; i++) {
                        life.next();
                        life.say(tx);
                    }
                }));
    }

    /** The very statements that Daybook sends, by hand, into a daybook of their own. */
    static JoinedWriter byHand(Server server, String table, String schema, Life life) throws SQLException {
        Connection connection = server.connect("");
        HandWriter hand = new HandWriter(connection, schema, life);
        return new JoinedWriter(connection, table, life, hand::append);
    }

    /** Plain INSERTs of the same rows, without locks and looks. */
    static JoinedWriter plain(Server server, String table, String eventTable, Life life) throws SQLException {
        Connection connection = server.connect("reWriteBatchedInserts=true");
        PlainWriter plain = new PlainWriter(connection, eventTable, "?::jsonb", life);
        return new JoinedWriter(connection, table, life, plain::insert);
    }

    static void createTable(Server server, String table) throws SQLException {
        server.execute("""
                create table %s (
                    id     bigint generated always as identity primary key,
                    name   varchar not null,
                    status varchar not null
                )
                """.formatted(table));
    }

    @Override
    public void write(int count) throws SQLException {
        insert.setString(1, life.entityId());
        insert.setString(2, "sent");
        insert.executeUpdate();
        events.write(count);
        connection.commit();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
