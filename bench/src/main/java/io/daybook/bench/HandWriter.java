package io.daybook.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The statements that Daybook sends where it joins a transaction, sent by hand: the same locks, the same looks at the newest versions, the same
 * INSERT; prepared once on one connection, and what a client can know beforehand is worked out beforehand. It writes into the tables of a
 * daybook of its own, which has no sequencer. Not thread-safe.
 */
final class HandWriter {

    /** As {@code PostgresqlAppender} has it for a unit of one change. */
    private static final String ONE = """
            insert into %1$s.events (
                entity_type, entity_id, version, operation, attribute_name, attribute_value, metadata, creation_date,
                transaction_id, actor, reason, correlation_id, causation_position, context, salt)
            select one.entity_type, one.entity_id, coalesce(newest.version, 0) + 1, ?, ?, cast(? as jsonb), cast(? as jsonb),
                   cast(? as timestamptz),
                   cast(set_config('daybook.transaction_id',
                                   coalesce(nullif(current_setting('daybook.transaction_id', true), ''), ?),
                                   true) as uuid), ?, ?, ?, ?, cast(? as jsonb), ?
            from (values (cast(? as varchar), cast(? as varchar), cast(? as varchar), cast(? as bigint)))
                     as one (entity_type, entity_id, requirement, expected_version)
                     left join lateral (select e.version, e.operation
                                        from %1$s.events e
                                        where e.entity_type = one.entity_type
                                          and e.entity_id = one.entity_id
                                        order by e.version desc
                                        limit 1) newest on true
            where (one.expected_version is null or one.expected_version = coalesce(newest.version, 0))
              and (one.requirement = 'ANY'
                or (one.requirement = 'ALIVE' and newest.operation in ('CREATION', 'UPDATE'))
                or (one.requirement = 'NOT_ALIVE' and coalesce(newest.operation, 'DELETION') = 'DELETION'))
              and pg_try_advisory_xact_lock(?)
              and pg_try_advisory_xact_lock(?)
              and pg_try_advisory_xact_lock_shared(?, ?)
            on conflict (entity_type, entity_id, version) do nothing
            returning event_id, version, transaction_id
            """;

    /** And for one of several. */
    private static final String SEVERAL = """
            select outcome, unit, event, entity_number, entity_version, life
            from %1$s.append(
                ?, ?, ?, ?,
                ?, ?,
                ?, ?, ?, ?,
                cast(? as timestamptz[]), ?, ?,
                cast(? as uuid), ?, ?, ?, ?, ?,
                ?, ?, ?, ?, ?,
                ?, ?)
            """;

    private static final int STRIPES = 64;
    private static final int STRIPE_CLASS = 20_260_101;
    private static final String TIMEOUT = "30000ms";
    private static final int SALT_BYTES = 16;

    private final Connection connection;
    private final PreparedStatement one;
    private final PreparedStatement several;
    private final Life life;
    private final SplittableRandom random = new SplittableRandom();

    /** @param schema of a daybook */
    HandWriter(Connection connection, String schema, Life life) throws SQLException {
        this.connection = connection;
        this.one = connection.prepareStatement(ONE.formatted(schema));
        this.several = connection.prepareStatement(SEVERAL.formatted(schema));
        this.life = life;
    }

    /** Into the transaction that the connection has open. */
    void append(int events) throws SQLException {
        if (events == 1) {
            appendOne();
        } else {
            appendSeveral(events);
        }
    }

    private void appendOne() throws SQLException {
        life.next();
        long key = key(life.entityId());
        int p = 1;
        one.setString(p++, life.operation());
        one.setString(p++, life.attributeName());
        one.setString(p++, life.json());
        one.setString(p++, null);
        one.setString(p++, now());
        p = unit(one, p);
        one.setBytes(p++, salt());
        one.setString(p++, Life.ENTITY_TYPE);
        one.setString(p++, life.entityId());
        one.setString(p++, requirement());
        one.setNull(p++, Types.BIGINT);
        one.setLong(p++, random.nextLong());
        one.setLong(p++, key);
        one.setInt(p++, STRIPE_CLASS);
        one.setInt(p, stripe(key));
        try (ResultSet row = one.executeQuery()) {
            expect(row.next() && row.getLong(1) > 0 && row.getLong(2) == life.version());
            row.getObject(3, UUID.class);
        }
    }

    private void appendSeveral(int events) throws SQLException {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        List<String> requirements = new ArrayList<>();
        TreeSet<Long> keys = new TreeSet<>();
        TreeSet<Integer> stripes = new TreeSet<>();
        Integer[] entityNumbers = new Integer[events];
        Integer[] places = new Integer[events];
        String[] operations = new String[events];
        @Nullable String[] attributes = new @Nullable String[events];
        String[] values = new String[events];
        byte[][] salts = new byte[events][];
        long[] versions = new long[events];
        for (int i = 0; i < events; i++) {
            life.next();
            Integer number = numbers.get(life.entityId());
            if (number == null) {
                number = numbers.size() + 1;
                numbers.put(life.entityId(), number);
                requirements.add(requirement());
                long key = key(life.entityId());
                keys.add(key);
                stripes.add(stripe(key));
                places[i] = 1;
            } else {
                places[i] = places[i - 1] + 1;
            }
            entityNumbers[i] = number;
            versions[i] = life.version();
            operations[i] = life.operation();
            attributes[i] = life.attributeName();
            values[i] = life.json();
            salts[i] = salt();
        }
        List<Long> locks = new ArrayList<>(List.of(random.nextLong()));
        locks.addAll(keys);
        int entities = numbers.size();
        int p = 1;
        p = array(p, "text", same(Life.ENTITY_TYPE, entities));
        p = array(p, "text", numbers.keySet().toArray(String[]::new));
        p = array(p, "text", requirements.toArray(String[]::new));
        // What is null to the end is left out: expected versions, metadata, times of their own.
        p = array(p, "bigint", new Long[0]);
        p = array(p, "integer", entityNumbers);
        p = array(p, "integer", places);
        p = array(p, "text", operations);
        p = array(p, "text", attributes);
        p = array(p, "text", values);
        p = array(p, "text", new String[0]);
        p = array(p, "text", new String[0]);
        several.setObject(p++, Instant.now().truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC));
        p = array(p, "bytea", salts);
        p = unit(several, p);
        several.setInt(p++, STRIPE_CLASS);
        p = array(p, "integer", stripes.toArray(Integer[]::new));
        several.setBoolean(p++, false);
        p = array(p, "bigint", locks.toArray(Long[]::new));
        several.setString(p++, TIMEOUT);
        several.setBoolean(p++, true);
        several.setBoolean(p, false);
        int found = 0;
        try (ResultSet row = several.executeQuery()) {
            while (row.next()) {
                expect(row.getString(1).equals("APPENDED") && row.getLong(5) == versions[found]);
                row.getObject(2, UUID.class);
                row.getLong(3);
                found++;
            }
        }
        expect(found == events);
    }

    /** @return the place of the parameter after it */
    private int array(int place, String type, @Nullable Object[] elements) throws SQLException {
        several.setArray(place, connection.createArrayOf(type, elements));
        return place + 1;
    }

    private static String[] same(String text, int times) {
        String[] all = new String[times];
        Arrays.fill(all, text);
        return all;
    }

    /** What all events of a unit have in common. @return the place of the parameter after it */
    private int unit(PreparedStatement statement, int first) throws SQLException {
        int p = first;
        statement.setString(p++, PlainWriter.transactionId(random).toString());
        statement.setString(p++, Life.ACTOR);
        statement.setString(p++, null);
        statement.setString(p++, null);
        statement.setNull(p++, Types.BIGINT);
        statement.setString(p++, Life.CONTEXT);
        return p;
    }

    private String requirement() {
        return life.version() == 1 ? "NOT_ALIVE" : "ALIVE";
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS).toString();
    }

    private byte[] salt() {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return salt;
    }

    /** Of as many bits as Daybook's, and spread as well (the steps of FNV). */
    private static long key(String entityId) {
        long key = 0xcbf29ce484222325L;
        for (int i = 0; i < entityId.length(); i++) {
            key = (key ^ entityId.charAt(i)) * 0x100000001b3L;
        }
        return key;
    }

    private static int stripe(long key) {
        return (int) Math.floorMod(key, (long) STRIPES);
    }

    private static void expect(boolean condition) {
        if (!condition) {
            throw new IllegalStateException("The statement did not append what it was given.");
        }
    }
}
