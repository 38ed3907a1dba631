package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.AsOf;
import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import io.daybook.history.Difference;
import io.daybook.history.EntityState;
import io.daybook.testkit.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The two times together, all entities of a type, and differences between moments. */
abstract class AsOfConformance extends Conformance {

    static final Instant JANUARY = Instant.parse("2026-01-10T12:00:00Z");
    private static final Instant FEBRUARY = Instant.parse("2026-02-01T00:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);

    @Test
    void what_was_known_then_about_a_time_before_it_leaves_out_what_was_told_later() throws Exception {
        daybook()
                .transact(tx -> tx.append(Change.create("order", "o-1")
                        .attributes(Map.of("status", "new"))
                        .occurredAt(JANUARY)));
        Instant march = lastRecorded();
        later(march);
        daybook()
                .transact(tx -> tx.append(Change.update("order", "o-1")
                        .attribute("status", "paid")
                        .occurredAt(JANUARY.plus(DAY))));
        Instant april = lastRecorded();

        assertThat(status(daybook().asOfOccurred(FEBRUARY)))
                .as("as we know today")
                .contains(Value.of("paid"));
        assertThat(status(daybook().asOfRecorded(march).occurredBy(FEBRUARY)))
                .as("as we knew in March")
                .contains(Value.of("new"));
        assertThat(status(daybook().asOfRecorded(april).occurredBy(FEBRUARY))).contains(Value.of("paid"));
        assertThat(status(daybook().asOfOccurred(JANUARY.minus(DAY)).recordedBy(april)))
                .as("before it happened")
                .isEmpty();
        assertThat(status(daybook().asOf(1).occurredBy(FEBRUARY))).contains(Value.of("new"));
        assertThat(status(daybook().asOf(2).occurredBy(JANUARY))).contains(Value.of("new"));
        assertThat(status(daybook().asOf(9).atPosition(1))).contains(Value.of("new"));
        assertThat(status(daybook().asOf(0).atPosition(2))).isEmpty();
        assertThat(status(daybook().asOfOccurred(FEBRUARY).occurredBy(JANUARY)))
                .as("the earlier of two bounds holds")
                .contains(Value.of("new"));
        assertThat(daybook()
                        .asOfRecorded(march)
                        .occurredBy(FEBRUARY)
                        .history("order", "o-1")
                        .toList())
                .hasSize(1);
    }

    @Test
    void nanoseconds_and_instants_beyond_all_dates_count_the_same_in_java_and_in_the_database() throws Exception {
        Instant first = Instant.parse("2026-01-10T12:00:00.000001Z");
        daybook().transact(tx -> {
            tx.append(Change.create("order", "o-1")
                    .attributes(Map.of("status", "new"))
                    .occurredAt(first));
            tx.append(Change.update("order", "o-1").attribute("status", "paid").occurredAt(first.plusNanos(1_000)));
            tx.append(Change.update("order", "o-1")
                    .attribute("status", "first of all")
                    .occurredAt(Instant.parse("0001-01-01T00:00:00Z")));
        });
        Instant recorded = lastRecorded();

        occurred(first.plusNanos(999), "new", "first of all");
        occurred(first.minusNanos(1), "first of all");
        occurred(Instant.MIN);
        occurred(Instant.MAX, "new", "paid", "first of all");
        recorded(recorded.plusNanos(999), 3);
        recorded(recorded.minusNanos(1), 0);
        recorded(Instant.MIN, 0);
        recorded(Instant.MAX, 3);
        assertThat(daybook().ledger().recordedUntil(Instant.MAX).position()).isEqualTo(3);
        assertThat(daybook().ledger().recordedUntil(recorded.minusNanos(1)).position())
                .isZero();
        assertThat(daybook().ledger().recordedUntil(Instant.MIN).position()).isZero();
    }

    private void occurred(Instant by, String... statuses) {
        AsOf asOf = daybook().asOfOccurred(by);
        assertThat(asOf.history("order", "o-1").stream()
                        .map(AsOfConformance::saidStatus)
                        .toList())
                .as("up to " + by)
                .isEqualTo(List.of(statuses));
        sameDifferences(asOf);
    }

    private void recorded(Instant by, int events) {
        AsOf asOf = daybook().asOfRecorded(by);
        assertThat(asOf.history("order", "o-1").toList()).as("up to " + by).hasSize(events);
        sameDifferences(asOf);
    }

    /** Of one entity the database compares, of a whole type Java does. */
    private void sameDifferences(AsOf asOf) {
        AsOf nothing = daybook().asOf(0);
        assertThat(nothing.differences("order", asOf).toList())
                .isEqualTo(nothing.difference("order", "o-1", asOf).stream().toList());
    }

    private static String saidStatus(Event event) {
        Value said = event.attributeValue().orElseThrow();
        return (said.isObject() ? said.members().get("status") : said).as(String.class);
    }

    /** Random histories, with dates that go back and forth, against a fold of the whole history in memory. */
    @Test
    void states_and_differences_are_what_folding_everything_says_at_any_moment() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        appendAtRandom(random);
        List<Event> all = ledger();
        List<Instant> recorded = all.stream()
                .map(event -> event.recordedAt().orElseThrow())
                .distinct()
                .toList();
        List<Bound> bounds = new ArrayList<>();
        bounds.add(new Bound(daybook().now(), event -> true));
        for (int i = 0; i < 12; i++) {
            long position = random.nextLong(all.size() + 2);
            Instant known = recorded.get(random.nextInt(recorded.size()));
            Instant happened = JANUARY.plusSeconds(random.nextInt(1_000));
            bounds.add(new Bound(
                    daybook().asOf(position), event -> event.position().orElseThrow() <= position));
            bounds.add(new Bound(
                    daybook().asOfRecorded(known).occurredBy(happened),
                    event -> !event.recordedAt().orElseThrow().isAfter(known)
                            && !event.creationDate().isAfter(happened)));
        }
        for (int i = 0; i < bounds.size(); i++) {
            Bound from = bounds.get(i);
            Bound to = bounds.get(random.nextInt(bounds.size()));
            Map<String, Map<String, Value>> before = fold(all, from.counts());
            Map<String, Map<String, Value>> after = fold(all, to.counts());
            assertThat(byId(from.asOf().states("item").toList()))
                    .as("seed " + seed)
                    .isEqualTo(before);
            assertThat(from.asOf().differences("item", to.asOf()).toList())
                    .as("seed " + seed)
                    .isEqualTo(differences(before, after));
            String one = "i-" + random.nextInt(40);
            assertThat(from.asOf().difference("item", one, to.asOf()))
                    .as("seed %d, %s", seed, one)
                    .isEqualTo(differences(before, after).stream()
                            .filter(difference -> difference.entity().id().equals(one))
                            .findFirst());
        }
        assertThat(byId(daybook().states("item").toList())).isEqualTo(fold(all, event -> true));
    }

    @Test
    void entities_with_more_events_than_a_page_are_folded_whole_wherever_a_page_ends() {
        for (int entity = 1; entity <= 4; entity++) {
            String id = "i-" + entity;
            int events = entity * 333;
            daybook().transact(tx -> {
                tx.create("item", id, Map.of("n", 0));
                for (int n = 1; n < events; n++) {
                    tx.update("item", id, "n", n);
                }
            });
        }
        // As many events as a page has: the next one begins with nothing.
        daybook().transact(tx -> {
            for (int n = 0; n < 500; n++) {
                tx.create("full", "f-%03d".formatted(n), Map.of());
            }
        });
        Map<String, Map<String, Value>> expected = new TreeMap<>();
        for (int entity = 1; entity <= 4; entity++) {
            expected.put("i-" + entity, Map.of("n", Value.of(entity * 333 - 1)));
        }
        assertThat(byId(daybook().states("item").toList())).isEqualTo(expected);
        assertThat(daybook().states("item").stream().map(EntityState::version))
                .containsExactly(333L, 666L, 999L, 1332L);
        assertThat(daybook().states("full").toList()).hasSize(500);
        assertThat(daybook().asOf(0).differences("full", daybook().now()).toList())
                .hasSize(500);
    }

    @Test
    void an_entity_that_came_and_went_between_two_moments_does_not_differ() {
        daybook().transact(tx -> tx.create("order", "o-1", Map.of("status", "new")));
        daybook().transact(tx -> tx.delete("order", "o-1"));
        daybook().transact(tx -> tx.create("order", "o-2", Map.of()));
        Await.sequenced(daybook());
        AsOf beginning = daybook().asOf(0);
        assertThat(beginning.difference("order", "o-1", daybook().asOf(2))).isEmpty();
        assertThat(beginning.differences("order", daybook().asOf(2)).toList()).isEmpty();
        Difference.Attribute status =
                new Difference.Attribute("status", Optional.of(Value.of("new")), Optional.empty());
        assertThat(daybook()
                        .asOf(1)
                        .difference("order", "o-1", daybook().asOf(2))
                        .orElseThrow())
                .satisfies(gone -> assertThat(gone.kind()).isEqualTo(Difference.Kind.DELETED))
                .satisfies(gone -> assertThat(gone.attributes()).containsExactly(status));
        assertThat(beginning.difference("order", "o-2", daybook().now()).orElseThrow())
                .satisfies(come -> assertThat(come.kind()).isEqualTo(Difference.Kind.CREATED))
                .satisfies(come -> assertThat(come.attributes()).isEmpty());
    }

    @Test
    void a_type_without_entities_has_no_states_and_an_illegal_one_is_refused() {
        assertThat(daybook().states("order").toList()).isEmpty();
        assertThat(daybook().states("order").iterator().hasNext()).isFalse();
        assertThatThrownBy(() -> daybook().states("order").iterator().next())
                .isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> daybook().states("or'der")).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> daybook().asOf(1).states("Order")).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> daybook().asOf(1).differences("", daybook().now()))
                .isInstanceOf(InvalidEvent.class);
    }

    private record Bound(AsOf asOf, Predicate<Event> counts) {}

    void appendAtRandom(Random random) {
        Map<String, Boolean> alive = new HashMap<>();
        for (int unit = 0; unit < 60; unit++) {
            daybook().transact(tx -> {
                for (int n = 0; n < 5; n++) {
                    String id = "i-" + random.nextInt(40);
                    Instant occurred = JANUARY.plusSeconds(random.nextInt(1_000));
                    Change change;
                    if (!alive.getOrDefault(id, false)) {
                        change = Change.create("item", id).attributes(Map.of("a", random.nextInt(3)));
                        alive.put(id, true);
                    } else if (random.nextInt(5) == 0) {
                        change = Change.delete("item", id);
                        alive.put(id, false);
                    } else if (random.nextInt(5) == 0) {
                        change = Change.act("item", id, Operation.of("APPROVAL"));
                    } else {
                        change = Change.update("item", id)
                                .attribute(random.nextBoolean() ? "a" : "b", random.nextInt(3));
                    }
                    tx.append(change.occurredAt(occurred));
                }
            });
            if (unit % 20 == 19) {
                Await.sequenced(daybook());
            }
        }
        Await.sequenced(daybook());
    }

    /** Fold by definition: id to attributes of what is alive. */
    private static Map<String, Map<String, Value>> fold(List<Event> all, Predicate<Event> counts) {
        Map<String, Map<String, Value>> alive = new TreeMap<>();
        for (Event event : all) {
            if (!counts.test(event)) {
                continue;
            }
            String id = event.entityId();
            if (event.operation().equals(Operation.CREATION)) {
                alive.put(id, new TreeMap<>(event.attributeValue().orElseThrow().members()));
            } else if (event.operation().equals(Operation.DELETION)) {
                alive.remove(id);
            } else if (event.operation().equals(Operation.UPDATE) && alive.containsKey(id)) {
                alive.get(id)
                        .put(
                                event.attributeName().orElseThrow(),
                                event.attributeValue().orElseThrow());
            }
        }
        return alive;
    }

    private static Map<String, Map<String, Value>> byId(Collection<EntityState> states) {
        Map<String, Map<String, Value>> byId = new TreeMap<>();
        states.forEach(state -> byId.put(state.entity().id(), state.attributes()));
        return byId;
    }

    private static List<Difference> differences(
            Map<String, Map<String, Value>> before, Map<String, Map<String, Value>> after) {
        TreeMap<String, Map<String, Value>> ids = new TreeMap<>(before);
        ids.putAll(after);
        List<Difference> differences = new ArrayList<>();
        for (String id : ids.keySet()) {
            Map<String, Value> old = before.get(id);
            Map<String, Value> now = after.get(id);
            Difference.Kind kind = old == null
                    ? Difference.Kind.CREATED
                    : now == null ? Difference.Kind.DELETED : Difference.Kind.CHANGED;
            List<Difference.Attribute> attributes = new ArrayList<>();
            for (String name : List.of("a", "b")) {
                Optional<Value> from = Optional.ofNullable(old == null ? null : old.get(name));
                Optional<Value> to = Optional.ofNullable(now == null ? null : now.get(name));
                if (!from.equals(to)) {
                    attributes.add(new Difference.Attribute(name, from, to));
                }
            }
            if (kind != Difference.Kind.CHANGED || !attributes.isEmpty()) {
                differences.add(new Difference(EntityRef.of("item", id), kind, attributes));
            }
        }
        return differences;
    }

    private Instant lastRecorded() {
        Await.sequenced(daybook());
        List<Event> events = history("o-1");
        return events.get(events.size() - 1).recordedAt().orElseThrow();
    }

    /** The clock of the database has gone on since. */
    private static void later(Instant instant) {
        Await.until(() -> Instant.now().isAfter(instant.plusMillis(2)), () -> "the clock stands at " + instant);
    }

    private static Optional<Value> status(AsOf asOf) {
        return asOf.state("order", "o-1").flatMap(state -> state.attribute("status"));
    }
}
