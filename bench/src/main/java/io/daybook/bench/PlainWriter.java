package io.daybook.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * The limit: what an application that wanted the same rows would write by hand with JDBC. One connection kept, one statement
 * prepared, autocommit off; the version of an entity is known to the client, so nothing is read, locked or checked, and salts
 * and ids are not even secret. One event is an INSERT, several are a batch that the driver rewrites into multi-row INSERTs.
 */
public final class PlainWriter implements Writer {

    private final Connection connection;
    private final PreparedStatement insert;
    private final Life life;
    private final SplittableRandom random = new SplittableRandom();
    private final byte[] salt = new byte[16];

    public PlainWriter(Server server, String table, Life life) throws SQLException {
        this(server.connect("reWriteBatchedInserts=true"), table, "?::jsonb", life);
    }

    /**
     * @param connection from now on this writer's
     * @param json how a parameter that is JSON is written
     */
    PlainWriter(Connection connection, String table, String json, Life life) throws SQLException {
        this.connection = connection;
        this.connection.setAutoCommit(false);
        this.life = life;
        this.insert = connection.prepareStatement("""
                insert into %1$s (entity_type, entity_id, version, operation, attribute_name, attribute_value, creation_date,
                                transaction_id, actor, context, salt)
                values (?, ?, ?, ?, ?, %2$s, ?, ?, ?, %2$s, ?)
                """.formatted(table, json).strip());
    }

    @Override
    public void write(int events) throws SQLException {
        insert(events);
        connection.commit();
    }

    /** The rows alone: the caller commits. */
    void insert(int events) throws SQLException {
        UUID transactionId = transactionId(random);
        OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
        for (int i = 0; i < events; i++) {
            life.next();
            random.nextBytes(salt);
            insert.setString(1, Life.ENTITY_TYPE);
            insert.setString(2, life.entityId());
            insert.setLong(3, life.version());
            insert.setString(4, life.operation());
            insert.setString(5, life.attributeName());
            insert.setString(6, life.json());
            insert.setObject(7, now, Types.TIMESTAMP_WITH_TIMEZONE);
            insert.setObject(8, transactionId);
            insert.setString(9, Life.ACTOR);
            insert.setString(10, Life.CONTEXT);
            insert.setBytes(11, salt.clone());
            if (events > 1) {
                insert.addBatch();
            }
        }
        if (events > 1) {
            insert.executeBatch();
        } else {
            insert.executeUpdate();
        }
    }

    /** A version 7 id, as Daybook's: the time first, so that its index grows at the end. */
    static UUID transactionId(SplittableRandom random) {
        return new UUID(
                (System.currentTimeMillis() << 16) | 0x7000L | (random.nextLong() & 0xFFFL),
                0x8000_0000_0000_0000L | (random.nextLong() >>> 2));
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
