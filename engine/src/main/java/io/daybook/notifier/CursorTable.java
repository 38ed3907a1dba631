package io.daybook.notifier;

import static io.daybook.schema.Tables.CURSORS;
import static io.daybook.schema.Tables.REGISTRATIONS;

import io.daybook.database.Database;
import io.daybook.event.EntityType;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.event.Value;
import io.daybook.ledger.LedgerPoint;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jooq.DSLContext;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The tables {@code registrations} and {@code cursors}. Thread-safe. */
final class CursorTable {

    /** Until registrations can be divided, everything is in the first partition. */
    private static final int ONLY_PARTITION = 0;

    private final Database database;

    CursorTable(Database database) {
        this.database = database;
    }

    /** A registration as it is stored. */
    record Stored(String name, Set<Topic> topics, LedgerPoint cursor) {}

    Optional<Stored> find(String name) {
        return database.call("Reading registration " + name, c -> find(database.jooq(c), name));
    }

    /** All of them, by name. */
    List<Stored> list() {
        return database.call(
                "Reading the registrations",
                c -> database.jooq(c)
                        .select(REGISTRATIONS.NAME, REGISTRATIONS.TOPICS, CURSORS.POSITION, CURSORS.HASH)
                        .from(REGISTRATIONS)
                        .join(CURSORS)
                        .on(CURSORS.REGISTRATION.eq(REGISTRATIONS.NAME))
                        .orderBy(REGISTRATIONS.NAME)
                        .fetch(CursorTable::stored));
    }

    private static Optional<Stored> find(DSLContext jooq, String name) {
        return jooq.select(REGISTRATIONS.NAME, REGISTRATIONS.TOPICS, CURSORS.POSITION, CURSORS.HASH)
                .from(REGISTRATIONS)
                .join(CURSORS)
                .on(CURSORS.REGISTRATION.eq(REGISTRATIONS.NAME))
                .where(REGISTRATIONS.NAME.eq(name))
                .fetchOptional(CursorTable::stored);
    }

    private static Stored stored(Record row) {
        return new Stored(
                row.get(REGISTRATIONS.NAME),
                topics(row.get(REGISTRATIONS.TOPICS)),
                new LedgerPoint(row.get(CURSORS.POSITION), row.get(CURSORS.HASH)));
    }

    /**
     * Adds it unless it is there: of two nodes that do it at once, one does, and both find the same.
     *
     * @return what is stored now
     */
    Stored addIfMissing(String name, Set<Topic> topics, LedgerPoint start) {
        return database.transaction("Adding registration " + name, c -> {
            DSLContext jooq = database.jooq(c);
            jooq.insertInto(REGISTRATIONS)
                    .set(REGISTRATIONS.NAME, name)
                    .set(REGISTRATIONS.TOPICS, json(topics))
                    .set(REGISTRATIONS.START_POSITION, start.position())
                    .set(REGISTRATIONS.PARTITIONS, 1)
                    .set(REGISTRATIONS.CREATED, DSL.currentOffsetDateTime())
                    .onConflictDoNothing()
                    .execute();
            jooq.insertInto(CURSORS)
                    .set(CURSORS.REGISTRATION, name)
                    .set(CURSORS.PARTITION, ONLY_PARTITION)
                    .set(CURSORS.POSITION, start.position())
                    .set(CURSORS.HASH, start.hash())
                    .set(CURSORS.EPOCH, 0L)
                    .set(CURSORS.SAVED, DSL.currentOffsetDateTime())
                    .onConflictDoNothing()
                    .execute();
            return find(jooq, name).orElseThrow();
        });
    }

    void replaceTopics(String name, Set<Topic> topics) {
        database.transaction(
                "Replacing the topics of registration " + name,
                c -> database.jooq(c)
                        .update(REGISTRATIONS)
                        .set(REGISTRATIONS.TOPICS, json(topics))
                        .where(REGISTRATIONS.NAME.eq(name))
                        .execute());
    }

    void remove(String name) {
        database.transaction(
                "Forgetting registration " + name,
                c -> database.jooq(c)
                        .deleteFrom(REGISTRATIONS)
                        .where(REGISTRATIONS.NAME.eq(name))
                        .execute());
    }

    /** Moves cursors on, all in one transaction; none ever goes back. */
    void save(Map<String, LedgerPoint> cursors) {
        String sql = database.sql("""
                update daybook.cursors
                set position = ?,
                    hash = ?,
                    saved = current_timestamp
                where registration = ?
                  and partition = ?
                  and position <= ?
                """);
        database.transaction("Saving cursors", c -> {
            try (PreparedStatement update = c.prepareStatement(sql)) {
                // By name, so that two nodes that save at once lock rows in the same order.
                for (Map.Entry<String, LedgerPoint> cursor : new TreeMap<>(cursors).entrySet()) {
                    update.setLong(1, cursor.getValue().position());
                    update.setBytes(2, cursor.getValue().hash());
                    update.setString(3, cursor.getKey());
                    update.setInt(4, ONLY_PARTITION);
                    update.setLong(5, cursor.getValue().position());
                    update.addBatch();
                }
                return update.executeBatch();
            }
        });
    }

    private static JSONB json(Set<Topic> topics) {
        List<Map<String, String>> list = new ArrayList<>();
        for (Topic topic : topics) {
            Map<String, String> parts = new TreeMap<>();
            topic.entityType().ifPresent(type -> parts.put("entity_type", type.name()));
            topic.entityId().ifPresent(id -> parts.put("entity_id", id));
            topic.operation().ifPresent(operation -> parts.put("operation", operation.name()));
            topic.attributeName().ifPresent(name -> parts.put("attribute_name", name));
            list.add(parts);
        }
        return JSONB.jsonb(Value.of(list).json());
    }

    private static Set<Topic> topics(JSONB json) {
        Set<Topic> topics = new LinkedHashSet<>();
        for (Value element : Value.stored(json.data()).elements()) {
            Map<String, Value> parts = element.members();
            Topic topic = Topic.everything();
            String entityType = text(parts.get("entity_type"));
            String entityId = text(parts.get("entity_id"));
            String operation = text(parts.get("operation"));
            String attributeName = text(parts.get("attribute_name"));
            topic = entityType == null ? topic : topic.type(new EntityType(entityType));
            topic = entityId == null ? topic : topic.entity(entityId);
            topic = operation == null ? topic : topic.operation(Operation.of(operation));
            topics.add(attributeName == null ? topic : topic.attribute(attributeName));
        }
        return topics;
    }

    private static @Nullable String text(@Nullable Value value) {
        return value == null ? null : value.as(String.class);
    }
}
