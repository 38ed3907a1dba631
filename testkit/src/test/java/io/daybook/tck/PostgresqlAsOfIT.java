package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.AsOf;
import io.daybook.event.EntityRef;
import io.daybook.event.Value;
import io.daybook.history.Difference;
import io.daybook.history.EntityState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PostgresqlAsOfIT extends AsOfConformance implements Store.OnPostgresql {

    @Test
    void the_functions_say_what_the_api_says_at_any_moment_in_both_times() throws SQLException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        appendAtRandom(random);
        List<Instant> recorded =
                ledger().stream().map(event -> event.recordedAt().orElseThrow()).toList();
        try (Connection connection = database().connect()) {
            Bounds from = new Bounds(null, null, null);
            for (int i = 0; i < 40; i++) {
                Bounds to = new Bounds(
                        random.nextInt(3) == 0 ? random.nextLong(recorded.size() + 2) : null,
                        random.nextInt(3) == 0 ? recorded.get(random.nextInt(recorded.size())) : null,
                        random.nextInt(3) > 0 ? JANUARY.plusSeconds(random.nextInt(1_000)) : null);
                String id = "i-" + random.nextInt(40);
                String about = "seed %d, %s, from %s to %s".formatted(seed, id, from, to);
                assertThat(states(connection, null, to))
                        .as(about)
                        .isEqualTo(to.on(daybook().now()).states("item").toList());
                assertThat(states(connection, id, to))
                        .as(about)
                        .isEqualTo(to.on(daybook().now()).state("item", id).stream()
                                .toList());
                assertThat(differences(connection, null, from, to))
                        .as(about)
                        .isEqualTo(rows(from.on(daybook().now())
                                .differences("item", to.on(daybook().now()))
                                .toList()));
                assertThat(differences(connection, id, from, to))
                        .as(about)
                        .isEqualTo(rows(from
                                .on(daybook().now())
                                .difference("item", id, to.on(daybook().now()))
                                .stream()
                                .toList()));
                from = to;
            }
        }
    }

    private record Bounds(
            @Nullable Long position,
            @Nullable Instant recorded,
            @Nullable Instant occurred) {

        AsOf on(AsOf now) {
            AsOf asOf = position == null ? now : now.atPosition(position);
            asOf = recorded == null ? asOf : asOf.recordedBy(recorded);
            return occurred == null ? asOf : asOf.occurredBy(occurred);
        }

        int bind(PreparedStatement query, int first) throws SQLException {
            query.setObject(first, position);
            query.setObject(first + 1, recorded == null ? null : recorded.atOffset(ZoneOffset.UTC));
            query.setObject(first + 2, occurred == null ? null : occurred.atOffset(ZoneOffset.UTC));
            return first + 3;
        }
    }

    private static List<EntityState> states(Connection connection, @Nullable String id, Bounds bounds)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                id == null
                        ? "select * from daybook.states_as_of('item', ?, ?, ?) order by entity_id"
                        : "select * from daybook.state_as_of('item', ?, ?, ?, ?)")) {
            int next = 1;
            if (id != null) {
                query.setString(next++, id);
            }
            bounds.bind(query, next);
            List<EntityState> states = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    states.add(new EntityState(
                            EntityRef.of(row.getString("entity_type"), row.getString("entity_id")),
                            row.getLong("version"),
                            Value.stored(row.getString("attributes")).members(),
                            row.getObject("created", OffsetDateTime.class).toInstant(),
                            row.getObject("changed", OffsetDateTime.class).toInstant()));
                }
            }
            return states;
        }
    }

    /** A row of the functions that tell differences. */
    private record Row(String id, String what, Optional<String> attribute, Optional<Value> from, Optional<Value> to) {}

    private static List<Row> rows(List<Difference> differences) {
        List<Row> rows = new ArrayList<>();
        for (Difference difference : differences) {
            String id = difference.entity().id();
            String what = difference.kind().name().toLowerCase(Locale.ROOT);
            difference
                    .attributes()
                    .forEach(attribute -> rows.add(
                            new Row(id, what, Optional.of(attribute.name()), attribute.from(), attribute.to())));
            if (difference.attributes().isEmpty()) {
                rows.add(new Row(id, what, Optional.empty(), Optional.empty(), Optional.empty()));
            }
        }
        return rows;
    }

    private static List<Row> differences(Connection connection, @Nullable String id, Bounds from, Bounds to)
            throws SQLException {
        String function = id == null ? "differences_as_of('item', " : "difference_as_of('item', ?, ";
        try (PreparedStatement query = connection.prepareStatement("select * from daybook." + function + """
                from_position => ?, from_recorded => ?, from_occurred => ?,
                to_position => ?, to_recorded => ?, to_occurred => ?)
                order by entity_id, attribute_name
                """)) {
            int next = 1;
            if (id != null) {
                query.setString(next++, id);
            }
            to.bind(query, from.bind(query, next));
            List<Row> rows = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    rows.add(new Row(
                            row.getString("entity_id"),
                            row.getString("difference"),
                            Optional.ofNullable(row.getString("attribute_name")),
                            Optional.ofNullable(row.getString("from_value")).map(Value::stored),
                            Optional.ofNullable(row.getString("to_value")).map(Value::stored)));
                }
            }
            return rows;
        }
    }
}
