package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.EntityExists;
import io.daybook.EntityNotFound;
import io.daybook.VersionConflict;
import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.Receipt;
import io.daybook.history.EntityState;
import io.daybook.testkit.Collisions;
import io.daybook.testkit.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Writers that meet at the same entities. */
abstract class RaceConformance extends Conformance {

    @Test
    void of_many_writers_of_one_entity_all_succeed_and_the_last_one_wins() throws Exception {
        int writers = 8;
        int updates = 25;
        daybook().transact(tx -> tx.create("order", "o-1"));
        Collisions.allSucceeded(Collisions.collide(writers, writer -> {
            for (int i = 0; i < updates; i++) {
                String value = writer + "/" + i;
                daybook().transact(tx -> tx.update("order", "o-1", "last", value));
            }
            return true;
        }));

        assertThat(versions("o-1")).isEqualTo(upTo(1 + (long) writers * updates));
        List<Event> history = history("o-1");
        assertThat(daybook().state("order", "o-1").orElseThrow().attribute("last"))
                .isEqualTo(history.get(history.size() - 1).attributeValue());
        assertThat(ledger()).extracting(Event::version).isEqualTo(upTo(1 + (long) writers * updates));
    }

    @Test
    void of_many_who_create_one_entity_one_does() throws Exception {
        for (int round = 0; round < 10; round++) {
            String id = "o-" + round;
            List<Collisions.Outcome<Receipt>> outcomes =
                    Collisions.collide(6, n -> daybook().transact(tx -> tx.create("order", id, Map.of("by", n))));
            assertThat(outcomes).filteredOn(Collisions.Outcome::succeeded).hasSize(1);
            assertThat(outcomes)
                    .filteredOn(o -> !o.succeeded())
                    .allSatisfy(o -> assertThat(o.failure()).isInstanceOf(EntityExists.class));
            assertThat(versions(id)).containsExactly(1L);
        }
    }

    @Test
    void of_many_who_expect_one_version_one_is_right() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1", Map.of("total", 0)));
        int writers = 6;
        int each = 10;
        Collisions.allSucceeded(Collisions.collide(writers, writer -> {
            for (int i = 0; i < each; i++) {
                addOne(daybook());
            }
            return true;
        }));
        assertThat(daybook()
                        .state("order", "o-1")
                        .orElseThrow()
                        .attribute("total")
                        .orElseThrow()
                        .as(Integer.class))
                .isEqualTo(writers * each);
        assertThat(versions("o-1")).isEqualTo(upTo(1 + (long) writers * each));
    }

    private static void addOne(Daybook daybook) {
        while (true) {
            EntityState state = daybook.state("order", "o-1").orElseThrow();
            int total = state.attribute("total").orElseThrow().as(Integer.class);
            try {
                daybook.transact(tx -> tx.expecting(state.version()).update("order", "o-1", "total", total + 1));
                return;
            } catch (VersionConflict e) {
                assertThat(e.found()).isGreaterThan(state.version());
            }
        }
    }

    @Test
    void own_transactions_that_meet_at_many_entities_in_any_order_never_fail() throws Exception {
        Random random = Seeds.random();
        int entities = 12;
        daybook().transact(tx -> {
            for (int i = 0; i < entities; i++) {
                tx.create("order", "o-" + i);
            }
        });
        List<Long> seeds = random.longs(6).boxed().toList();
        List<Collisions.Outcome<Integer>> outcomes = Collisions.collide(6, writer -> {
            Random own = new Random(seeds.get(writer));
            int said = 0;
            for (int unit = 0; unit < 25; unit++) {
                List<String> ids = new ArrayList<>();
                for (int i = 0; i < entities; i++) {
                    ids.add("o-" + i);
                }
                Collections.shuffle(ids, own);
                List<String> some = ids.subList(0, 1 + own.nextInt(entities));
                daybook().transact(tx -> some.forEach(id -> tx.update("order", id, "by", writer)));
                said += some.size();
            }
            return said;
        });
        long said = Collisions.allSucceeded(outcomes).stream()
                .mapToLong(Integer::longValue)
                .sum();
        assertOneOrder(ledger(), entities + said);
    }

    @Test
    void units_of_many_entities_and_small_ones_wait_for_each_other_and_never_fail() throws Exception {
        int entities = 600;
        daybook().transact(tx -> {
            for (int i = 0; i < entities; i++) {
                tx.create("order", "o-" + i);
            }
        });
        List<Collisions.Outcome<Integer>> outcomes = Collisions.collide(5, writer -> {
            Random own = new Random(writer);
            int said = 0;
            if (writer < 2) {
                for (int unit = 0; unit < 3; unit++) {
                    daybook().transact(tx -> {
                        for (int i = 0; i < entities; i++) {
                            tx.update("order", "o-" + (writer == 0 ? i : entities - 1 - i), "by", writer);
                        }
                    });
                    said += entities;
                }
            } else {
                for (int unit = 0; unit < 40; unit++) {
                    int first = own.nextInt(entities);
                    int second = own.nextInt(entities);
                    daybook().transact(tx -> {
                        tx.update("order", "o-" + first, "by", writer);
                        tx.update("order", "o-" + second, "by", writer);
                    });
                    said += 2;
                }
            }
            return said;
        });
        long said = Collisions.allSucceeded(outcomes).stream()
                .mapToLong(Integer::longValue)
                .sum();
        assertOneOrder(ledger(), entities + said);
    }

    @Test
    void an_entity_that_is_created_and_deleted_by_many_is_never_half_there() throws Exception {
        Collisions.allSucceeded(Collisions.collide(6, writer -> {
            for (int i = 0; i < 20; i++) {
                try {
                    daybook().transact(tx -> tx.create("order", "o-1", Map.of("by", writer)));
                } catch (EntityExists e) {
                    try {
                        daybook().transact(tx -> tx.delete("order", "o-1"));
                    } catch (EntityNotFound | io.daybook.EntityDeleted other) {
                        assertThat(other).hasMessageContaining("o-1");
                    }
                }
            }
            return true;
        }));
        List<Event> history = history("o-1");
        for (int i = 0; i < history.size(); i++) {
            assertThat(history.get(i).version()).isEqualTo(i + 1);
            assertThat(history.get(i).operation().name()).isEqualTo(i % 2 == 0 ? "CREATION" : "DELETION");
        }
    }

    /** Positions without gaps, and in them the versions of every entity in order, without gaps. */
    private static void assertOneOrder(List<Event> ledger, long size) {
        assertThat(ledger).extracting(e -> e.position().orElseThrow()).isEqualTo(upTo(size));
        Map<EntityRef, Long> last = new HashMap<>();
        for (Event event : ledger) {
            long before = last.getOrDefault(event.entity(), 0L);
            assertThat(event.version()).as("version of %s", event.entity()).isEqualTo(before + 1);
            last.put(event.entity(), event.version());
        }
    }
}
