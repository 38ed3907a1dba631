package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.DaybookBuilder;
import io.daybook.Tx;
import io.daybook.consumers.EntityStates;
import io.daybook.consumers.FailurePolicy;
import io.daybook.consumers.TransactionalEventConsumer;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import io.daybook.history.EntityState;
import io.daybook.notifier.Registration;
import io.daybook.notifier.Start;
import io.daybook.testkit.Await;
import io.daybook.testkit.Seeds;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;

/** The table {@code entity_states} is the fold of the ledger, and state reads are the fold of everything, whatever it lacks. */
abstract class EntityStatesConformance extends Conformance {

    private static final Instant EVER = Instant.parse("9000-01-01T00:00:00Z");
    private static final Operation ACT = Operation.of("APPROVAL");
    private static final List<String> TYPES = List.of("order", "thing");

    @Override
    DaybookBuilder settings(DaybookBuilder builder) {
        return builder.lease(Duration.ofSeconds(2));
    }

    // --- random work -------------------------------------------------------------------------------------------------

    private static void work(Daybook daybook, Random random, int entities) {
        Map<String, Boolean> alive = new LinkedHashMap<>();
        daybook.transact(tx -> {
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                String type = TYPES.get(random.nextInt(TYPES.size()));
                String id = "e-" + random.nextInt(entities);
                boolean lives = alive.computeIfAbsent(
                        type + id, e -> fullFold(daybook, type, id).isPresent());
                alive.put(type + id, change(tx, random, type, id, lives));
            }
        });
    }

    /** @return whether it lives then */
    private static boolean change(Tx tx, Random random, String type, String id, boolean lives) {
        int what = random.nextInt(10);
        if (what == 0) {
            tx.record(type, id, ACT, Map.of("by", "kim"));
            return lives;
        }
        if (!lives) {
            tx.create(type, id, Map.of("a" + random.nextInt(4), RandomJson.value(random, 2)));
            return true;
        }
        if (what < 3) {
            tx.delete(type, id);
            return false;
        }
        tx.update(type, id, "a" + random.nextInt(4), RandomJson.value(random, 2));
        return true;
    }

    /** Of all events, with no use of the table. */
    private static Optional<EntityState> fullFold(Daybook daybook, String type, String id) {
        return daybook.asOfOccurred(EVER).state(type, id);
    }

    // --- the table ---------------------------------------------------------------------------------------------------

    private record Row(
            long version,
            long position,
            boolean deleted,
            Value attributes,
            Optional<Instant> created,
            Optional<Instant> changed) {}

    private Map<String, Row> rows() throws SQLException {
        Map<String, Row> rows = new TreeMap<>();
        try (Connection connection = database().connect();
                PreparedStatement query = connection.prepareStatement("select * from daybook.entity_states");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                rows.put(
                        row.getString("entity_type") + " " + row.getString("entity_id"),
                        new Row(
                                row.getLong("version"),
                                row.getLong("position"),
                                row.getBoolean("deleted"),
                                Value.stored(row.getString("attributes")),
                                Optional.ofNullable(row.getObject("created", OffsetDateTime.class))
                                        .map(OffsetDateTime::toInstant),
                                Optional.ofNullable(row.getObject("changed", OffsetDateTime.class))
                                        .map(OffsetDateTime::toInstant)));
            }
        }
        return rows;
    }

    /** Once all is caught up with. */
    private void assertTableIsTheFold() throws SQLException {
        Map<String, Event> newest = new TreeMap<>();
        ledger().stream()
                .filter(event -> !event.entity().type().isReserved())
                .forEach(event -> newest.put(event.entity().toString(), event));
        Map<String, Row> rows = rows();
        assertThat(rows.keySet()).isEqualTo(newest.keySet());
        for (Map.Entry<String, Row> found : rows.entrySet()) {
            Event last = newest.get(found.getKey());
            Row row = found.getValue();
            String name = found.getKey();
            assertThat(row.version()).as(name).isEqualTo(last.version());
            assertThat(row.position()).as(name).isEqualTo(last.position().orElseThrow());
            Optional<EntityState> state =
                    fullFold(daybook(), last.entity().type().name(), last.entityId());
            assertThat(row.deleted()).as(name).isEqualTo(state.isEmpty());
            state.ifPresent(s -> {
                assertThat(row.attributes()).as(name).isEqualTo(Value.of(s.attributes()));
                assertThat(row.created()).as(name).contains(s.created());
                assertThat(row.changed()).as(name).contains(s.changed());
            });
        }
    }

    private void keepUntilCaughtUp() {
        try (EntityStates states = EntityStates.keep(daybook())) {
            Await.caughtUp(daybook(), states.registration());
        }
    }

    // --- what it is --------------------------------------------------------------------------------------------------

    @Test
    void a_row_tells_version_position_life_and_attributes() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1", Map.of("status", "new", "total", 42)));
        daybooks.clock().tick(Duration.ofHours(1));
        daybook().transact(tx -> tx.update("order", "o-1", "status", "paid"));
        daybooks.clock().tick(Duration.ofHours(1));
        daybook().transact(tx -> {
            tx.record("order", "o-1", ACT);
            tx.create("order", "o-2", Map.of("n", 1));
            tx.record("order", "o-3", ACT);
        });
        keepUntilCaughtUp();
        assertTableIsTheFold();
        Row acted = rows().get("order o-1");
        assertThat(acted.version()).isEqualTo(3);
        assertThat(acted.attributes()).isEqualTo(Value.of(Map.of("status", "paid", "total", 42)));
        assertThat(Duration.between(
                        acted.created().orElseThrow(), acted.changed().orElseThrow()))
                .isEqualTo(Duration.ofHours(1));
        Row never = rows().get("order o-3");
        assertThat(never.deleted()).isTrue();
        assertThat(never.created()).isEmpty();
        assertThat(never.changed()).isEmpty();

        daybook().transact(tx -> tx.delete("order", "o-2"));
        keepUntilCaughtUp();
        assertThat(rows().get("order o-2").deleted()).isTrue();
        assertThat(rows().get("order o-2").attributes()).isEqualTo(Value.of(Map.of("n", 1)));
        assertThat(daybook().state("order", "o-2")).isEmpty();
        assertThat(daybook().states().size().entities()).isEqualTo(1);
        assertThat(daybook().states().size().deleted()).isEqualTo(1);

        daybook().transact(tx -> tx.create("order", "o-2", Map.of("m", 2)));
        keepUntilCaughtUp();
        assertThat(rows().get("order o-2").attributes()).isEqualTo(Value.of(Map.of("m", 2)));
        assertTableIsTheFold();
    }

    @Test
    void the_deepest_the_largest_and_the_oddest_values_are_kept() throws Exception {
        Random random = Seeds.random();
        String deepest = "[".repeat(100) + "]".repeat(100);
        daybook().transact(tx -> {
            tx.create("order", "o-1", Map.of());
            tx.update("order", "o-1", "deep", Value.ofJson(deepest));
            tx.update("order", "o-1", "nothing", null);
            tx.update("order", "o-1", "\"quoted\" \\ \u2028 \ud83d\ude00", "x");
            for (int i = 0; i < 4; i++) {
                tx.update("order", "o-1", "large" + i, "x".repeat(1_000_000));
            }
            for (int i = 0; i < 100; i++) {
                tx.update("order", "o-1", "odd" + i, RandomJson.value(random, 3));
            }
        });
        keepUntilCaughtUp();
        assertThat(rows().get("order o-1").version()).isEqualTo(108);
        // From the row alone.
        assertThat(daybook().state("order", "o-1")).isEqualTo(fullFold(daybook(), "order", "o-1"));
        daybook().transact(tx -> tx.update("order", "o-1", "one", "more"));
        keepUntilCaughtUp();
        assertThat(rows().get("order o-1").version()).isEqualTo(109);
        assertThat(daybook().state("order", "o-1")).isEqualTo(fullFold(daybook(), "order", "o-1"));
    }

    @Test
    void what_operators_do_to_registrations_is_not_in_it() throws Exception {
        daybook().notifier().register("r");
        daybook().notifier().control("r").pause();
        daybook().transact(tx -> tx.create("order", "o-1"));
        keepUntilCaughtUp();
        assertThat(rows().keySet()).containsExactly("order o-1");
    }

    // --- state reads -------------------------------------------------------------------------------------------------

    @Test
    void a_state_is_the_full_fold_at_every_step_however_far_the_table_is() throws Exception {
        Random random = Seeds.random();
        int entities = 6;
        EntityStates states = EntityStates.keep(daybook());
        for (int step = 0; step < 250; step++) {
            work(daybook(), random, entities);
            switch (random.nextInt(20)) {
                case 0 -> states.close();
                case 1 -> {
                    if (!states.isRunning()) {
                        states = EntityStates.keep(daybook());
                    }
                }
                case 2 ->
                    execute("delete from daybook.entity_states where entity_id = 'e-" + random.nextInt(entities) + "'");
                default -> {}
            }
            for (String type : TYPES) {
                for (int entity = 0; entity < entities; entity++) {
                    String id = "e-" + entity;
                    assertThat(daybook().state(type, id))
                            .as("step %d: %s %s", step, type, id)
                            .isEqualTo(fullFold(daybook(), type, id));
                }
            }
        }
        states.close();
        keepUntilCaughtUp();
        long rows = rows().size();
        // Rows that were taken away come back with the next event of their entity.
        assertThat(rows).isPositive();
        daybook().transact(tx -> {
            for (String type : TYPES) {
                for (int entity = 0; entity < entities; entity++) {
                    tx.record(type, "e-" + entity, ACT);
                }
            }
        });
        keepUntilCaughtUp();
        assertTableIsTheFold();
    }

    @Test
    void a_state_costs_the_events_after_its_row() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1", Map.of("from", "the log")));
        keepUntilCaughtUp();
        daybook().transact(tx -> tx.update("order", "o-1", "n", 1));
        execute("update daybook.entity_states set attributes = "
                + (isPostgresql() ? "'{\"from\": \"the table\"}'" : "json '{\"from\": \"the table\"}'"));
        assertThat(daybook().state("order", "o-1").orElseThrow().attributes())
                .containsEntry("from", Value.of("the table"))
                .containsEntry("n", Value.of(1));
        // What was is asked of the log.
        assertThat(daybook()
                        .asOf(daybook().head())
                        .state("order", "o-1")
                        .orElseThrow()
                        .attributes())
                .containsEntry("from", Value.of("the log"));
    }

    @Test
    void a_row_of_events_that_the_log_does_not_have_is_ignored() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1", Map.of("n", 1)));
        keepUntilCaughtUp();
        Optional<EntityState> right = fullFold(daybook(), "order", "o-1");
        execute("update daybook.entity_states set version = 7, position = 7, deleted = true");
        assertThat(daybook().state("order", "o-1")).isEqualTo(right).isPresent();
        execute("update daybook.entity_states set version = 1");
        assertThat(daybook().state("order", "o-1")).isEqualTo(right);
        EntityStates.rebuild(daybook());
        keepUntilCaughtUp();
        assertTableIsTheFold();
    }

    // --- faults ------------------------------------------------------------------------------------------------------

    @Test
    void a_cursor_that_was_moved_on_or_back_makes_no_wrong_row() throws Exception {
        Random random = Seeds.random();
        for (int unit = 0; unit < 20; unit++) {
            work(daybook(), random, 4);
        }
        keepUntilCaughtUp();
        for (int unit = 0; unit < 20; unit++) {
            work(daybook(), random, 4);
        }
        Await.sequenced(daybook());
        daybook().notifier().control(EntityStates.REGISTRATION).moveTo(Start.now());
        daybook().transact(tx -> {
            for (String type : TYPES) {
                for (int entity = 0; entity < 4; entity++) {
                    tx.record(type, "e-" + entity, ACT);
                }
            }
        });
        keepUntilCaughtUp();
        assertTableIsTheFold();
        Map<String, Row> before = rows();
        daybook().notifier().control(EntityStates.REGISTRATION).moveTo(Start.beginning());
        keepUntilCaughtUp();
        assertThat(rows()).isEqualTo(before);
    }

    @Test
    void a_batch_that_fails_in_the_middle_leaves_rows_and_cursor_together() throws Exception {
        Random random = Seeds.random();
        for (int unit = 0; unit < 60; unit++) {
            work(daybook(), random, 5);
        }
        long head = Await.sequenced(daybook());
        Registration registration = daybook().notifier().register(EntityStates.REGISTRATION);
        AtomicInteger failures = new AtomicInteger();
        FailurePolicy quickly = FailurePolicy.retry(1_000)
                .backOff(Duration.ofMillis(1), Duration.ofMillis(2))
                .thenStop();
        List<String> torn = new ArrayList<>();
        try (TransactionalEventConsumer consumer = new TransactionalEventConsumer(registration, quickly, 40) {
            @Override
            protected void processEvent(Event event, DSLContext jooq) {
                processEvents(List.of(event), jooq);
            }

            @Override
            protected void processEvents(List<Event> events, DSLContext jooq) {
                int half = (events.size() + 1) / 2;
                daybook().states().apply(jooq, events.subList(0, half));
                if (failures.get() < 6 && (events.size() > 1 || random.nextBoolean())) {
                    failures.incrementAndGet();
                    throw new IllegalStateException("killed in the middle");
                }
                daybook().states().apply(jooq, events.subList(half, events.size()));
            }
        }) {
            consumer.start();
            Await.until(
                    () -> {
                        // In one statement, so of one moment.
                        String ahead = unchecked("select count(*) from daybook.entity_states s"
                                + " where s.position > (select min(c.position) from daybook.cursors c)");
                        if (!ahead.equals("0")) {
                            torn.add(ahead);
                        }
                        return registration.position() >= head;
                    },
                    () -> registration + " is at " + registration.position());
        }
        assertThat(failures).hasPositiveValue();
        assertThat(torn).isEmpty();
        assertTableIsTheFold();
    }

    private String unchecked(String query) {
        try {
            return text(query);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void nodes_that_come_and_go_and_lose_their_epochs_keep_the_fold() throws Exception {
        Random random = Seeds.random();
        daybook().notifier().registerDivided(EntityStates.REGISTRATION, 3, Start.beginning());
        try (Nodes nodes = new Nodes(3)) {
            for (int part = 0; part < 12; part++) {
                for (int unit = 0; unit < 15; unit++) {
                    work(daybook(), random, 12);
                }
                execute("update daybook.cursors set epoch = epoch + 1, owner = null where partition = " + part % 3);
                if (part % 4 == 0) {
                    execute("update daybook.nodes set lease_until = started");
                }
            }
            nodes.awaitCaughtUp();
        }
        assertTableIsTheFold();
    }

    @Test
    void a_rebuild_while_nodes_keep_it_loses_nothing_and_mends_what_was_wrong() throws Exception {
        Random random = Seeds.random();
        daybook().notifier().registerDivided(EntityStates.REGISTRATION, 2, Start.beginning());
        try (Nodes nodes = new Nodes(2)) {
            for (int part = 0; part < 6; part++) {
                for (int unit = 0; unit < 20; unit++) {
                    work(daybook(), random, 8);
                }
                // Wrong rows, some of which are in the hands of a batch as the table is emptied.
                execute("update daybook.entity_states set deleted = not deleted");
                for (int unit = 0; unit < 5; unit++) {
                    work(daybook(), random, 8);
                }
                EntityStates.rebuild(daybook(), "kim", "somebody changed it");
            }
            nodes.awaitCaughtUp();
        }
        assertTableIsTheFold();
        List<Event> acts = daybook()
                .history("daybook.registration", EntityStates.REGISTRATION)
                .toList();
        assertThat(acts)
                .filteredOn(event -> event.operation().equals(Operation.of("REWIND")))
                .hasSize(6)
                .allSatisfy(event -> {
                    assertThat(event.actor()).contains("kim");
                    assertThat(event.reason()).contains("somebody changed it");
                });
    }

    @Test
    void a_rebuild_of_what_was_never_kept_is_a_beginning() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1"));
        EntityStates.rebuild(daybook());
        keepUntilCaughtUp();
        assertTableIsTheFold();
    }

    /** Other processes, as far as the database can see, that keep the table for a while each. */
    private final class Nodes implements AutoCloseable {

        private final List<Thread> threads = new ArrayList<>();
        private final List<Throwable> failures = new java.util.concurrent.CopyOnWriteArrayList<>();
        private final AtomicBoolean over = new AtomicBoolean();

        Nodes(int count) {
            for (int node = 0; node < count; node++) {
                Thread thread = new Thread(this::comeAndGo);
                thread.start();
                threads.add(thread);
            }
        }

        private void comeAndGo() {
            while (!over.get()) {
                try (Daybook daybook =
                                settings(database().daybook()).poolSize(4).open();
                        EntityStates states = EntityStates.keep(daybook)) {
                    Thread.sleep(300);
                    assertThat(states.isRunning()).isTrue();
                } catch (InterruptedException e) {
                    return;
                } catch (RuntimeException | AssertionError e) {
                    failures.add(e);
                }
            }
        }

        void awaitCaughtUp() {
            long head = Await.sequenced(daybook());
            String least = "select min(position) from daybook.cursors";
            Await.until(() -> Long.parseLong(unchecked(least)) >= head, () -> "the cursor is at " + unchecked(least));
        }

        @Override
        public void close() {
            over.set(true);
            Await.until(() -> threads.stream().noneMatch(Thread::isAlive), () -> "a node is still there");
            assertThat(failures).isEmpty();
        }
    }
}
