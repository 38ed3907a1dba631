package io.daybook.bench;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** The rows of {@link PlainWriter}, written in the other ways that PostgreSQL offers. */
final class LimitWriter {

    private LimitWriter() {}

    /** One INSERT in autocommit mode: one round trip instead of two. One event at a time. */
    static Writer autocommit(Server server, String table, Life life) throws SQLException {
        Connection connection = server.connect("");
        PlainWriter plain = new PlainWriter(connection, table, "?::jsonb", life);
        connection.setAutoCommit(true);
        return new Writer() {
            @Override
            public void write(int events) throws SQLException {
                plain.insert(events);
            }

            @Override
            public void close() throws SQLException {
                plain.close();
            }
        };
    }

    /** One statement whose parameters are arrays, then COMMIT. */
    static Writer unnest(Server server, String table, Life life) throws SQLException {
        return new Unnest(server.connect(""), table, life);
    }

    /** COPY from the client, then COMMIT. */
    static Writer copy(Server server, String table, Life life) throws SQLException {
        return new Copy(server.connect(""), table, life);
    }

    private static final class Unnest implements Writer {

        private final Connection connection;
        private final PreparedStatement insert;
        private final Life life;
        private final SplittableRandom random = new SplittableRandom();

        Unnest(Connection connection, String table, Life life) throws SQLException {
            this.connection = connection;
            this.connection.setAutoCommit(false);
            this.life = life;
            this.insert = connection.prepareStatement("""
                    insert into %s (entity_type, entity_id, version, operation, attribute_name, attribute_value, creation_date,
                                    transaction_id, actor, context, salt)
                    select ?, n.entity_id, n.version, n.operation, n.attribute_name, n.attribute_value::jsonb, ?, ?, ?, ?::jsonb, n.salt
                    from unnest(?, ?, ?, ?, ?, ?) n (entity_id, version, operation, attribute_name, attribute_value, salt)
                    """.formatted(table));
        }

        @Override
        public void write(int events) throws SQLException {
            String[] entityIds = new String[events];
            Long[] versions = new Long[events];
            String[] operations = new String[events];
            @Nullable String[] attributeNames = new String[events];
            String[] attributeValues = new String[events];
            byte[][] salts = new byte[events][16];
            for (int i = 0; i < events; i++) {
                life.next();
                entityIds[i] = life.entityId();
                versions[i] = (long) life.version();
                operations[i] = life.operation();
                attributeNames[i] = life.attributeName();
                attributeValues[i] = life.json();
                random.nextBytes(salts[i]);
            }
            insert.setString(1, Life.ENTITY_TYPE);
            insert.setObject(2, OffsetDateTime.now(ZoneOffset.UTC), Types.TIMESTAMP_WITH_TIMEZONE);
            insert.setObject(3, PlainWriter.transactionId(random));
            insert.setString(4, Life.ACTOR);
            insert.setString(5, Life.CONTEXT);
            Array[] arrays = {
                connection.createArrayOf("varchar", entityIds),
                connection.createArrayOf("int8", versions),
                connection.createArrayOf("varchar", operations),
                connection.createArrayOf("varchar", attributeNames),
                connection.createArrayOf("varchar", attributeValues),
                connection.createArrayOf("bytea", salts)
            };
            for (int i = 0; i < arrays.length; i++) {
                insert.setArray(6 + i, arrays[i]);
            }
            insert.executeUpdate();
            connection.commit();
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }

    private static final class Copy implements Writer {

        private final Connection connection;
        private final String sql;
        private final Life life;
        private final SplittableRandom random = new SplittableRandom();
        private final byte[] salt = new byte[16];

        Copy(Connection connection, String table, Life life) throws SQLException {
            this.connection = connection;
            this.connection.setAutoCommit(false);
            this.life = life;
            this.sql = """
                    copy %s (entity_type, entity_id, version, operation, attribute_name, attribute_value, creation_date,
                             transaction_id, actor, context, salt)
                    from stdin
                    """.formatted(table);
        }

        @Override
        public void write(int events) throws SQLException, IOException {
            UUID transactionId = PlainWriter.transactionId(random);
            OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
            StringBuilder rows = new StringBuilder();
            for (int i = 0; i < events; i++) {
                life.next();
                random.nextBytes(salt);
                // Nothing that a life says has a tab, a line's end or a backslash in it.
                rows.append(Life.ENTITY_TYPE).append('\t');
                rows.append(life.entityId()).append('\t');
                rows.append(life.version()).append('\t');
                rows.append(life.operation()).append('\t');
                rows.append(life.attributeName() == null ? "\\N" : life.attributeName())
                        .append('\t');
                rows.append(life.json()).append('\t');
                rows.append(now).append('\t');
                rows.append(transactionId).append('\t');
                rows.append(Life.ACTOR).append('\t');
                rows.append(Life.CONTEXT).append('\t');
                rows.append("\\\\x").append(HexFormat.of().formatHex(salt)).append('\n');
            }
            connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql, new StringReader(rows.toString()));
            connection.commit();
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
