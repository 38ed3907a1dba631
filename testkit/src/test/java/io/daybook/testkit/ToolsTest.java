package io.daybook.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.Daybook;
import io.daybook.event.Receipt;
import io.daybook.notifier.Registration;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ToolsTest {

    @RegisterExtension
    final DaybookExtension daybooks = DaybookExtension.h2().with(builder -> builder.maxValueBytes(100));

    @Test
    void a_clock_stands_still_until_it_is_moved() {
        SettableClock clock = new SettableClock();
        assertThat(clock.instant()).isEqualTo(SettableClock.BEGINNING);
        SettableClock seenFromTokyo = clock.withZone(ZoneId.of("Asia/Tokyo"));
        clock.tick(Duration.ofSeconds(1));
        assertThat(seenFromTokyo.instant()).isEqualTo(SettableClock.BEGINNING.plusSeconds(1));
        clock.set(SettableClock.BEGINNING);
        assertThat(seenFromTokyo.instant()).isEqualTo(SettableClock.BEGINNING);
    }

    @Test
    void racers_run_at_the_same_time_and_failures_are_values() throws Exception {
        CyclicBarrier together = new CyclicBarrier(5);
        Set<Integer> seen = ConcurrentHashMap.newKeySet();
        List<Collisions.Outcome<Integer>> outcomes = Collisions.collide(5, number -> {
            together.await();
            seen.add(number);
            if (number == 3) {
                throw new IllegalStateException("three");
            }
            return number;
        });
        assertThat(seen).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
        assertThat(outcomes.get(2).value()).isEqualTo(2);
        assertThat(outcomes.get(3).succeeded()).isFalse();
        assertThat(outcomes.get(3).failure()).hasMessage("three");
        assertThatThrownBy(() -> Collisions.allSucceeded(outcomes)).hasMessageContaining("three");
    }

    @Test
    void the_extension_hands_out_a_daybook_with_its_settings(
            Daybook daybook, TestDatabase database, SettableClock clock) {
        assertThat(daybook).isSameAs(daybooks.daybook());
        assertThat(database).isSameAs(daybooks.database());
        assertThatThrownBy(() -> daybook.transact(tx -> tx.create("order", "o-1", Map.of("text", "x".repeat(100)))))
                .hasMessageContaining("at most 100");
        daybook.transact(tx -> tx.create("order", "o-1"));
        assertThat(daybook.state("order", "o-1").orElseThrow().created()).isEqualTo(clock.instant());
        assertThat(daybooks.reopen().state("order", "o-1")).isPresent();
    }

    @Test
    void waiting_until_everybody_has_caught_up(Daybook daybook) throws Exception {
        Registration registration = daybook.notifier().register("all");
        Receipt receipt = daybook.transact(tx -> tx.create("order", "o-1"));
        assertThat(Await.sequenced(daybook)).isEqualTo(1);
        registration.poll(Await.LONGEST).orElseThrow().done();
        Await.caughtUp(daybook, registration);
        assertThat(registration.position()).isEqualTo(daybook.await(receipt, Await.LONGEST));
    }

    @Test
    void a_seed_can_be_replayed() {
        long before = Seeds.next();
        assertThat(before).isNotNegative();
        System.setProperty(Seeds.PROPERTY, "42");
        try {
            assertThat(Seeds.next()).isEqualTo(42);
        } finally {
            System.clearProperty(Seeds.PROPERTY);
        }
    }
}
