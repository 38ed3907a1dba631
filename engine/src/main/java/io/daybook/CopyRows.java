package io.daybook;

import io.daybook.database.Database;
import io.daybook.event.Value;
import io.daybook.transfer.EventCopy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Inserts whole events as they are, in their order. Thread-safe. */
final class CopyRows {

    private static final String AT_ONCE = """
            with appended as (
                insert into daybook.events (
                    entity_type, entity_id, version, operation, attribute_name, attribute_value, metadata, creation_date,
                    transaction_id, actor, reason, correlation_id, causation_position, context, salt, value_digest,
                    metadata_digest)
                select c.entity_type, c.entity_id, c.version, c.operation, c.attribute_name, c.attribute_value::jsonb,
                       c.metadata::jsonb, c.creation_date, c.transaction_id, c.actor, c.reason, c.correlation_id,
                       c.causation_position, c.context::jsonb, c.salt, c.value_digest, c.metadata_digest
                from unnest(?, ?, ?, ?, ?, ?, ?, cast(? as timestamptz[]), cast(? as uuid[]), ?, ?, ?, ?, ?, ?, ?, ?)
                         with ordinality as c (
                             entity_type, entity_id, version, operation, attribute_name, attribute_value, metadata,
                             creation_date, transaction_id, actor, reason, correlation_id, causation_position, context,
                             salt, value_digest, metadata_digest, ordinal)
                -- Ids are taken in the order of the events: a round sorts by event_id.
                order by c.ordinal
                returning event_id
            )
            select max(event_id)
            from appended
            """;

    private static final String ONE = """
            insert into daybook.events (
                entity_type, entity_id, version, operation, attribute_name, attribute_value, metadata, creation_date,
                transaction_id, actor, reason, correlation_id, causation_position, context, salt, value_digest,
                metadata_digest)
            values (?, ?, ?, ?, ?, ? format json, ? format json, ?, ?, ?, ?, ?, ?, ? format json, ?, ?, ?)
            """;

    private static final String PENDING = """
            insert into daybook.pending (event_id)
            values (?)
            """;

    private static final String LAST = "select coalesce(max(event_id), 0) from daybook.events";

    private final Database database;
    private final Ids ids;

    CopyRows(Database database, Ids ids) {
        this.database = database;
        this.ids = ids;
    }

    /** The greatest event id that this transaction sees; 0 if there are no events. */
    long lastEventId(Connection transaction) throws SQLException {
        try (PreparedStatement query = transaction.prepareStatement(database.sql(LAST));
                ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Inserts them. @return the event id of the last one */
    long insert(Connection transaction, List<EventCopy> events) throws SQLException {
        byte[][] salts = ids.salts(events.size());
        return database.isPostgresql() ? atOnce(transaction, events, salts) : oneByOne(transaction, events, salts);
    }

    private long atOnce(Connection transaction, List<EventCopy> events, byte[][] salts) throws SQLException {
        byte[][] used = new byte[events.size()][];
        for (int i = 0; i < used.length; i++) {
            used[i] = events.get(i).isErased() ? null : salts[i];
        }
        try (PreparedStatement insert = transaction.prepareStatement(database.sql(AT_ONCE))) {
            Columns<EventCopy> columns = new Columns<>(transaction, events);
            int p = 1;
            insert.setArray(p++, columns.text(e -> e.entity().type().name()));
            insert.setArray(p++, columns.text(e -> e.entity().id()));
            insert.setArray(p++, columns.bigint(EventCopy::version));
            insert.setArray(p++, columns.text(e -> e.operation().name()));
            insert.setArray(p++, columns.text(e -> orNull(e.attributeName())));
            insert.setArray(p++, columns.text(e -> json(e.attributeValue())));
            insert.setArray(p++, columns.text(e -> json(e.metadata())));
            insert.setArray(p++, columns.text(e -> e.creationDate().toString()));
            insert.setArray(p++, columns.text(e -> e.transactionId().toString()));
            insert.setArray(p++, columns.text(e -> orNull(e.actor())));
            insert.setArray(p++, columns.text(e -> orNull(e.reason())));
            insert.setArray(p++, columns.text(e -> orNull(e.correlationId())));
            insert.setArray(p++, columns.bigint(e -> orNull(e.causationPosition())));
            insert.setArray(p++, columns.text(e -> json(e.context())));
            insert.setArray(p++, transaction.createArrayOf("bytea", used));
            insert.setArray(p++, transaction.createArrayOf("bytea", digests(events, EventCopy::valueDigest)));
            insert.setArray(p, transaction.createArrayOf("bytea", digests(events, EventCopy::metadataDigest)));
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static byte[][] digests(List<EventCopy> events, Function<EventCopy, Optional<String>> column) {
        return events.stream().map(e -> digest(column.apply(e))).toArray(byte[][]::new);
    }

    private long oneByOne(Connection transaction, List<EventCopy> events, byte[][] salts) throws SQLException {
        long last = 0;
        try (PreparedStatement insert = transaction.prepareStatement(database.sql(ONE), new String[] {"EVENT_ID"});
                PreparedStatement pending = transaction.prepareStatement(database.sql(PENDING))) {
            for (int i = 0; i < events.size(); i++) {
                EventCopy event = events.get(i);
                int p = 1;
                insert.setString(p++, event.entity().type().name());
                insert.setString(p++, event.entity().id());
                insert.setLong(p++, event.version());
                insert.setString(p++, event.operation().name());
                insert.setString(p++, orNull(event.attributeName()));
                insert.setString(p++, json(event.attributeValue()));
                insert.setString(p++, json(event.metadata()));
                insert.setObject(p++, event.creationDate().atOffset(ZoneOffset.UTC));
                insert.setObject(p++, event.transactionId());
                insert.setString(p++, orNull(event.actor()));
                insert.setString(p++, orNull(event.reason()));
                insert.setString(p++, orNull(event.correlationId()));
                insert.setObject(p++, orNull(event.causationPosition()), Types.BIGINT);
                insert.setString(p++, json(event.context()));
                insert.setBytes(p++, event.isErased() ? null : salts[i]);
                insert.setBytes(p++, digest(event.valueDigest()));
                insert.setBytes(p, digest(event.metadataDigest()));
                insert.executeUpdate();
                try (ResultSet keys = insert.getGeneratedKeys()) {
                    keys.next();
                    last = keys.getLong(1);
                }
                pending.setLong(1, last);
                pending.executeUpdate();
            }
        }
        return last;
    }

    private static @Nullable String orNull(Optional<String> text) {
        return text.orElse(null);
    }

    private static @Nullable Long orNull(OptionalLong number) {
        return number.isPresent() ? number.getAsLong() : null;
    }

    private static @Nullable String json(Optional<Value> value) {
        return value.map(Value::json).orElse(null);
    }

    private static byte @Nullable [] digest(Optional<String> hex) {
        return hex.map(HexFormat.of()::parseHex).orElse(null);
    }
}
