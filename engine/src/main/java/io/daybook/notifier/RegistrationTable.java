package io.daybook.notifier;

import static io.daybook.schema.Tables.CURSORS;
import static io.daybook.schema.Tables.PARKED_EVENTS;
import static io.daybook.schema.Tables.REGISTRATIONS;

import io.daybook.database.Database;
import io.daybook.event.EntityRef;
import io.daybook.event.Topic;
import io.daybook.ledger.LedgerPoint;
import java.sql.Connection;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The table {@code registrations}, with the cursors that begin and end with its rows. Thread-safe. */
final class RegistrationTable {

    private final Database database;

    RegistrationTable(Database database) {
        this.database = database;
    }

    /**
     * A partition as it is stored.
     *
     * @param owner null = nobody
     */
    record Cursor(LedgerPoint point, long epoch, @Nullable String owner) {}

    /**
     * A registration as it is stored.
     *
     * @param cursors by number of the partition
     * @param parked how many events are set aside for it
     */
    record Stored(
            String name,
            Set<Topic> topics,
            @Nullable OffsetDateTime paused,
            @Nullable String pauseReason,
            OptionalLong drainUntil,
            List<Cursor> cursors,
            long parked) {

        /** The partition that is least far. */
        LedgerPoint last() {
            LedgerPoint last = cursors.get(0).point();
            for (Cursor cursor : cursors) {
                last = cursor.point().position() < last.position() ? cursor.point() : last;
            }
            return last;
        }
    }

    Optional<Stored> find(String name) {
        return database.call(
                "Reading registration " + name,
                c -> read(database.jooq(c), REGISTRATIONS.NAME.eq(name)).stream()
                        .findFirst());
    }

    /** In the caller's transaction; nobody else changes the registration until its end. */
    Optional<Stored> lock(Connection connection, String name) {
        DSLContext jooq = database.jooq(connection);
        jooq.select(REGISTRATIONS.NAME)
                .from(REGISTRATIONS)
                .where(REGISTRATIONS.NAME.eq(name))
                .forUpdate()
                .fetch();
        jooq.select(CURSORS.PARTITION)
                .from(CURSORS)
                .where(CURSORS.REGISTRATION.eq(name))
                .orderBy(CURSORS.PARTITION)
                .forUpdate()
                .fetch();
        return read(jooq, REGISTRATIONS.NAME.eq(name)).stream().findFirst();
    }

    /** All of them, by name. */
    List<Stored> list() {
        return database.call("Reading the registrations", c -> read(database.jooq(c), DSL.trueCondition()));
    }

    private static List<Stored> read(DSLContext jooq, Condition which) {
        Map<String, Long> parked = jooq.select(PARKED_EVENTS.REGISTRATION, DSL.count())
                .from(PARKED_EVENTS)
                .join(REGISTRATIONS)
                .on(REGISTRATIONS.NAME.eq(PARKED_EVENTS.REGISTRATION))
                .where(which)
                .groupBy(PARKED_EVENTS.REGISTRATION)
                .fetchMap(row -> row.value1(), row -> row.value2().longValue());
        Map<String, Stored> found = new LinkedHashMap<>();
        jooq.select(
                        REGISTRATIONS.NAME,
                        REGISTRATIONS.TOPICS,
                        REGISTRATIONS.PAUSED,
                        REGISTRATIONS.PAUSE_REASON,
                        REGISTRATIONS.DRAIN_UNTIL,
                        CURSORS.POSITION,
                        CURSORS.HASH,
                        CURSORS.EPOCH,
                        CURSORS.OWNER)
                .from(REGISTRATIONS)
                .join(CURSORS)
                .on(CURSORS.REGISTRATION.eq(REGISTRATIONS.NAME))
                .where(which)
                .orderBy(REGISTRATIONS.NAME, CURSORS.PARTITION)
                .forEach(row -> found.computeIfAbsent(
                                row.get(REGISTRATIONS.NAME), name -> stored(row, parked.getOrDefault(name, 0L)))
                        .cursors()
                        .add(new Cursor(
                                new LedgerPoint(row.get(CURSORS.POSITION), row.get(CURSORS.HASH)),
                                row.get(CURSORS.EPOCH),
                                row.get(CURSORS.OWNER))));
        return List.copyOf(found.values());
    }

    private static Stored stored(Record row, long parked) {
        Long drainUntil = row.get(REGISTRATIONS.DRAIN_UNTIL);
        return new Stored(
                row.get(REGISTRATIONS.NAME),
                Topics.parse(row.get(REGISTRATIONS.TOPICS).data()),
                row.get(REGISTRATIONS.PAUSED),
                row.get(REGISTRATIONS.PAUSE_REASON),
                drainUntil == null ? OptionalLong.empty() : OptionalLong.of(drainUntil),
                new ArrayList<>(),
                parked);
    }

    /**
     * Adds it unless it is there: of two nodes that do it at once, one does, and both find the same.
     *
     * @return what is stored now
     */
    Stored addIfMissing(String name, Set<Topic> topics, LedgerPoint start, int partitions) {
        return database.transaction("Adding registration " + name, c -> {
            DSLContext jooq = database.jooq(c);
            int added = jooq.insertInto(REGISTRATIONS)
                    .set(REGISTRATIONS.NAME, name)
                    .set(REGISTRATIONS.TOPICS, JSONB.jsonb(Topics.json(topics)))
                    .set(REGISTRATIONS.START_POSITION, start.position())
                    .set(REGISTRATIONS.PARTITIONS, partitions)
                    .set(REGISTRATIONS.CREATED, DSL.currentOffsetDateTime())
                    .onConflictDoNothing()
                    .execute();
            if (added == 1) {
                addCursors(jooq, name, 0, partitions, start, firstEpoch(jooq));
            }
            return read(jooq, REGISTRATIONS.NAME.eq(name)).get(0);
        });
    }

    /**
     * An epoch above all that a registration of this name ever had. One that was forgotten leaves nothing to count on from, and if its
     * successor began at 0 again, a frozen owner of the one would write the cursor of the other as soon as the epochs meet. So they begin
     * at the microseconds of the database's clock: an epoch ends with a commit, and nobody commits a million times a second for as long
     * as a registration lives. A clock that was set back would have to hit the very number. (A sequence would be set back by a restore, and
     * would ask every node for one more privilege.)
     */
    private long firstEpoch(DSLContext jooq) {
        // The clock of now, not of the beginning of a transaction that waited for the one that forgets the earlier
        // registration.
        String clock = database.isPostgresql() ? "clock_timestamp()" : "current_timestamp";
        return Objects.requireNonNull(
                jooq.fetchSingle("select cast(extract(epoch from " + clock + ") * 1000000 as bigint)")
                        .get(0, Long.class));
    }

    private static void addCursors(
            DSLContext jooq, String name, int first, int partitions, LedgerPoint point, long epoch) {
        for (int partition = first; partition < partitions; partition++) {
            jooq.insertInto(CURSORS)
                    .set(CURSORS.REGISTRATION, name)
                    .set(CURSORS.PARTITION, partition)
                    .set(CURSORS.POSITION, point.position())
                    .set(CURSORS.HASH, point.hash())
                    .set(CURSORS.EPOCH, epoch)
                    .set(CURSORS.SAVED, DSL.currentOffsetDateTime())
                    .execute();
        }
    }

    /** Divides it anew; its cursors are all at that point, and locked. Whoever owned a partition does no more. */
    void divide(Connection connection, String name, int before, int partitions, LedgerPoint point) {
        DSLContext jooq = database.jooq(connection);
        jooq.update(REGISTRATIONS)
                .set(REGISTRATIONS.PARTITIONS, partitions)
                .setNull(REGISTRATIONS.DRAIN_UNTIL)
                .where(REGISTRATIONS.NAME.eq(name))
                .execute();
        move(connection, name, point);
        // Later than any that one of its partitions ever had: a number that is taken away may come again, and who owned
        // that
        // partition before must not take the new one for its own.
        long epoch = Objects.requireNonNull(jooq.select(DSL.max(CURSORS.EPOCH))
                .from(CURSORS)
                .where(CURSORS.REGISTRATION.eq(name))
                .fetchSingle()
                .value1());
        jooq.update(CURSORS)
                .set(CURSORS.EPOCH, epoch)
                .where(CURSORS.REGISTRATION.eq(name))
                .execute();
        jooq.deleteFrom(CURSORS)
                .where(CURSORS.REGISTRATION.eq(name))
                .and(CURSORS.PARTITION.ge(partitions))
                .execute();
        addCursors(jooq, name, before, partitions, point, epoch);
        jooq.select(PARKED_EVENTS.POSITION, PARKED_EVENTS.ENTITY_TYPE, PARKED_EVENTS.ENTITY_ID)
                .from(PARKED_EVENTS)
                .where(PARKED_EVENTS.REGISTRATION.eq(name))
                .forEach(row -> jooq.update(PARKED_EVENTS)
                        .set(
                                PARKED_EVENTS.PARTITION,
                                Partitions.of(EntityRef.of(row.value2(), row.value3()), partitions))
                        .where(PARKED_EVENTS.REGISTRATION.eq(name))
                        .and(PARKED_EVENTS.POSITION.eq(row.value1()))
                        .execute());
    }

    /** Sets all its cursors, wherever they are. Whoever owned a partition does no more: its next write is refused. */
    void move(Connection connection, String name, LedgerPoint point) {
        database.jooq(connection)
                .update(CURSORS)
                .set(CURSORS.POSITION, point.position())
                .set(CURSORS.HASH, point.hash())
                .set(CURSORS.EPOCH, CURSORS.EPOCH.plus(1L))
                .setNull(CURSORS.OWNER)
                .set(CURSORS.SAVED, DSL.currentOffsetDateTime())
                .where(CURSORS.REGISTRATION.eq(name))
                .execute();
    }

    /** Whoever owns the partition of that entity does no more, and takes it anew. */
    void renewEpoch(Connection connection, String name, EntityRef entity, int partitions) {
        database.jooq(connection)
                .update(CURSORS)
                .set(CURSORS.EPOCH, CURSORS.EPOCH.plus(1L))
                .setNull(CURSORS.OWNER)
                .where(CURSORS.REGISTRATION.eq(name))
                .and(CURSORS.PARTITION.eq(Partitions.of(entity, partitions)))
                .execute();
    }

    void drain(String name, @Nullable Long until) {
        database.run(
                "Draining registration " + name,
                c -> database.jooq(c)
                        .update(REGISTRATIONS)
                        .set(REGISTRATIONS.DRAIN_UNTIL, until)
                        .where(REGISTRATIONS.NAME.eq(name))
                        .execute());
    }

    /** Pauses it. @return false if it was paused before, and stays so */
    boolean pause(Connection connection, String name, @Nullable String reason) {
        return database.jooq(connection)
                        .update(REGISTRATIONS)
                        .set(REGISTRATIONS.PAUSED, DSL.currentOffsetDateTime())
                        .set(REGISTRATIONS.PAUSE_REASON, reason)
                        .where(REGISTRATIONS.NAME.eq(name))
                        .and(REGISTRATIONS.PAUSED.isNull())
                        .execute()
                == 1;
    }

    void resume(Connection connection, String name) {
        database.jooq(connection)
                .update(REGISTRATIONS)
                .setNull(REGISTRATIONS.PAUSED)
                .setNull(REGISTRATIONS.PAUSE_REASON)
                .where(REGISTRATIONS.NAME.eq(name))
                .execute();
    }

    void replaceTopics(String name, Set<Topic> topics) {
        database.transaction(
                "Replacing the topics of registration " + name,
                c -> database.jooq(c)
                        .update(REGISTRATIONS)
                        .set(REGISTRATIONS.TOPICS, JSONB.jsonb(Topics.json(topics)))
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
}
