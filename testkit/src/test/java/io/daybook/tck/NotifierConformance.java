package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.daybook.Daybook;
import io.daybook.event.Event;
import io.daybook.event.InvalidEventOperation;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.event.Topic;
import io.daybook.ledger.LedgerDiverged;
import io.daybook.notifier.AwaitTimeout;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Notifier;
import io.daybook.notifier.Registration;
import io.daybook.notifier.RegistrationClosed;
import io.daybook.notifier.RegistrationDiffers;
import io.daybook.notifier.Start;
import io.daybook.testkit.Await;
import io.daybook.testkit.Collisions;
import io.daybook.testkit.Seeds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Who hears what, in which order, and from where they go on. */
abstract class NotifierConformance extends Conformance {

    private static final Operation ACT = Operation.of("ACT");
    private static final Topic ORDERS = Topic.of("order");

    private Notifier notifier() {
        return daybook().notifier();
    }

    private void act(String id, int times) {
        daybook().transact(tx -> {
            for (int i = 0; i < times; i++) {
                tx.record("order", id, ACT, i);
            }
        });
    }

    /** The next one, which must come. */
    private static Delivery next(Registration registration) throws InterruptedException {
        return registration.poll(LONG).orElseThrow(() -> new AssertionError("Nothing came for " + registration));
    }

    private static List<Long> takeAll(Registration registration, int count) throws InterruptedException {
        List<Long> positions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Delivery delivery = next(registration);
            positions.add(delivery.event().position().orElseThrow());
            delivery.done();
        }
        return positions;
    }

    private static void assertNothing(Registration registration) throws InterruptedException {
        assertThat(registration.poll(SOON)).isEmpty();
    }

    // ---- start ------------------------------------------------------------------------------------------------------

    @Test
    void a_new_registration_begins_at_the_beginning() throws Exception {
        act("o-1", 3);
        Registration registration = notifier().register("all");
        assertThat(registration.id()).isEqualTo("all");
        assertThat(registration.isDurable()).isTrue();
        assertThat(registration.topics()).isEmpty();
        act("o-1", 2);
        assertThat(takeAll(registration, 5)).isEqualTo(upTo(5));
        assertNothing(registration);
    }

    @Test
    void one_may_begin_now_at_a_position_or_at_an_instant() throws Exception {
        act("o-1", 3);
        Await.sequenced(daybook());
        Instant recorded = history("o-1").get(2).recordedAt().orElseThrow();
        Registration now = notifier().register("now", Start.now());
        Registration at = notifier().register("at 2", Start.at(2));
        Registration beginning = notifier().register("beginning", Start.beginning());
        Registration instant = notifier().register("instant", Start.at(recorded));
        Registration before = notifier().register("before", Start.at(recorded.minusSeconds(3_600)));
        act("o-1", 1);

        assertThat(next(now).event().position()).hasValue(4);
        assertThat(next(at).event().position()).hasValue(3);
        assertThat(next(beginning).event().position()).hasValue(1);
        assertThat(next(instant).event().position()).hasValue(4);
        assertThat(next(before).event().position()).hasValue(1);
    }

    @Test
    void a_position_to_begin_at_must_be_in_the_ledger() {
        act("o-1", 3);
        Await.sequenced(daybook());
        assertThatThrownBy(() -> notifier().register("x", Start.at(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ends at 3");
        assertThatThrownBy(() -> Start.at(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(notifier().known()).isEmpty();
    }

    @Test
    void a_known_name_goes_on_where_it_was_whatever_start_is_given() throws Exception {
        act("o-1", 4);
        Registration registration = notifier().register("all");
        assertThat(takeAll(registration, 2)).containsExactly(1L, 2L);
        assertThat(notifier().register("all", Start.now())).isSameAs(registration);
        daybooks.reopen();
        Registration again = notifier().register("all", Start.now());
        assertThat(again.position()).isEqualTo(2);
        assertThat(takeAll(again, 2)).containsExactly(3L, 4L);
    }

    // ---- order and durability ---------------------------------------------------------------------------------------

    @Test
    void after_every_restart_it_goes_on_with_nothing_lost_and_only_the_unfinished_again() throws Exception {
        Random random = Seeds.random();
        List<Long> finished = new ArrayList<>();
        int said = 0;
        for (int life = 0; life < 6; life++) {
            Registration registration = notifier().register("all");
            assertThat(registration.position()).isEqualTo(finished.size());
            int more = random.nextInt(40);
            act("o-" + life, more);
            said += more;
            int take = random.nextInt(said - finished.size() + 1);
            for (int i = 0; i < take; i++) {
                Delivery delivery = next(registration);
                if (i == take - 1 && random.nextBoolean()) {
                    break;
                }
                delivery.done();
                finished.add(delivery.event().position().orElseThrow());
            }
            daybooks.reopen();
        }
        Registration last = notifier().register("all");
        finished.addAll(takeAll(last, said - finished.size()));
        assertThat(finished).isEqualTo(upTo(said));
        assertNothing(last);
    }

    /** A failover to a standby that had not received the last saves: nothing but the cursor tells. */
    @Test
    void a_cursor_that_was_set_back_under_its_owner_is_gone_on_from() throws Exception {
        act("o-1", 5);
        Registration registration = notifier().register("all");
        assertThat(takeAll(registration, 5)).isEqualTo(upTo(5));
        registration.save();
        execute("""
                update daybook.cursors
                set position = 2,
                    hash = (select l.hash from daybook.ledger l where l.position = 2)
                """);
        act("o-1", 1);
        assertThat(takeAll(registration, 1)).containsExactly(6L);
        registration.save();
        assertThat(takeAll(registration, 4)).containsExactly(3L, 4L, 5L, 6L);
        registration.save();
        assertThat(text("select position from daybook.cursors")).isEqualTo("6");
    }

    @Test
    void events_of_many_writers_arrive_in_the_order_of_the_ledger_each_entitys_in_version_order() throws Exception {
        Registration registration = notifier().register("all");
        int writers = 4;
        int units = 30;
        List<Collisions.Outcome<Boolean>> outcomes = Collisions.collide(writers, n -> {
            for (int i = 0; i < units; i++) {
                String id = "o-" + i % 3;
                daybook().transact(tx -> tx.record("order", id, ACT, n));
            }
            return true;
        });
        Collisions.allSucceeded(outcomes);
        assertThat(takeAll(registration, writers * units)).isEqualTo(upTo((long) writers * units));
    }

    @Test
    void a_long_past_is_caught_up_with_and_then_the_present_is_heard() throws Exception {
        act("o-1", 3_000);
        Registration registration = notifier().register("all");
        for (int i = 0; i < 1_500; i++) {
            next(registration).done();
        }
        act("o-1", 500);
        assertThat(takeAll(registration, 2_000))
                .hasSize(2_000)
                .startsWith(1_501L)
                .endsWith(3_500L);
        act("o-1", 1);
        assertThat(takeAll(registration, 1)).containsExactly(3_501L);
    }

    @Test
    void who_takes_nothing_while_more_comes_than_waits_in_memory_gets_the_rest_from_the_ledger() throws Exception {
        Registration slow = notifier().register("slow");
        Registration quick = notifier().register("quick");
        act("o-1", 1);
        assertThat(takeAll(slow, 1)).containsExactly(1L);
        assertThat(slow.poll(Duration.ZERO))
                .as("from now on the reader brings what comes")
                .isEmpty();
        for (int i = 1; i <= 5; i++) {
            act("o-1", 1_000);
            // The reader has brought these, so they are in the other's queue, too, as far as that has room.
            assertThat(takeAll(quick, i == 1 ? 1_001 : 1_000)).hasSize(i == 1 ? 1_001 : 1_000);
        }
        assertThat(takeAll(slow, 5_000)).hasSize(5_000).startsWith(2L).endsWith(5_001L);
        act("o-1", 1);
        assertThat(takeAll(slow, 1)).containsExactly(5_002L);
    }

    @Test
    void many_registrations_hear_the_same_each_at_its_own_pace() throws Exception {
        List<Registration> registrations = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            registrations.add(notifier().register("r-" + i));
        }
        act("o-1", 20);
        for (Registration registration : registrations) {
            assertThat(takeAll(registration, 20)).isEqualTo(upTo(20));
        }
        Await.caughtUp(daybook(), registrations.toArray(Registration[]::new));
    }

    // ---- topics -----------------------------------------------------------------------------------------------------

    @Test
    void only_what_a_topic_asks_for_arrives_while_catching_up_and_while_live() throws Exception {
        for (boolean live : new boolean[] {false, true}) {
            String suffix = live ? " live" : " past";
            List<Registration> registrations = new ArrayList<>();
            List<Topic> topics = List.of(
                    Topic.of("invoice"),
                    Topic.of("order").entity("b"),
                    Topic.of("order").operation(Operation.UPDATE),
                    Topic.of("order").attribute("status"),
                    Topic.of("order").operation(Operation.UPDATE).attribute("status"),
                    Topic.everything().operation(Operation.CREATION),
                    Topic.everything().entity("a"));
            if (live) {
                for (Topic topic : topics) {
                    registrations.add(notifier().register(topic + suffix, Start.now(), topic));
                    assertNothing(registrations.get(registrations.size() - 1));
                }
            }
            long before = Await.sequenced(daybook());
            String a = "a";
            daybook().transact(tx -> {
                if (live) {
                    tx.delete("order", a);
                    tx.delete("order", "b");
                    tx.delete("invoice", a);
                }
                tx.create("order", a);
                tx.update("order", a, "status", 1);
                tx.update("order", a, "total", 1);
                tx.create("order", "b");
                tx.update("order", "b", "status", 1);
                tx.create("invoice", a);
            });
            Await.sequenced(daybook());
            for (int i = 0; i < topics.size(); i++) {
                Topic topic = topics.get(i);
                Registration registration =
                        live ? registrations.get(i) : notifier().register(topic + suffix, Start.at(before), topic);
                List<Long> expected = ledger(daybook()).stream()
                        .filter(e -> e.position().orElseThrow() > before)
                        .filter(topic::matches)
                        .map(e -> e.position().orElseThrow())
                        .toList();
                assertThat(expected).isNotEmpty();
                assertThat(takeAll(registration, expected.size()))
                        .as("%s%s", topic, suffix)
                        .isEqualTo(expected);
                assertNothing(registration);
                Await.caughtUp(daybook(), registration);
            }
        }
    }

    @Test
    void an_event_that_several_topics_hear_arrives_once() throws Exception {
        Registration registration = notifier()
                .register(
                        "several",
                        Topic.of("order"),
                        Topic.of("order").entity("o-1"),
                        Topic.of("order").operation(ACT),
                        Topic.of("invoice"));
        act("o-1", 2);
        assertThat(takeAll(registration, 2)).containsExactly(1L, 2L);
        act("o-1", 2);
        assertThat(takeAll(registration, 2)).containsExactly(3L, 4L);
        assertNothing(registration);
    }

    @Test
    void everything_and_something_is_everything() throws Exception {
        Registration registration = notifier().register("all", ORDERS, Topic.everything());
        assertThat(registration.topics()).isEmpty();
        assertThat(notifier().register("all")).isSameAs(registration);
        daybook().transact(tx -> tx.create("invoice", "i-1"));
        assertThat(takeAll(registration, 1)).containsExactly(1L);
    }

    @Test
    void the_same_topics_in_another_order_are_the_same() {
        Registration registration = notifier().register("r", ORDERS, Topic.of("invoice"));
        assertThat(notifier().register("r", Topic.of("invoice"), ORDERS)).isSameAs(registration);
        assertThat(notifier().register("r", Topic.of("invoice"), ORDERS, ORDERS))
                .isSameAs(registration);
    }

    @Test
    void other_topics_are_refused_and_change_nothing() throws Exception {
        notifier().register("r", ORDERS);
        RegistrationDiffers differs =
                catchThrowableOfType(RegistrationDiffers.class, () -> notifier().register("r", Topic.of("invoice")));
        assertThat(differs.name()).isEqualTo("r");
        assertThat(differs).hasMessageContaining("order").hasMessageContaining("invoice");
        assertThatThrownBy(() -> notifier().register("r")).isInstanceOf(RegistrationDiffers.class);
        daybooks.reopen();
        assertThatThrownBy(() -> notifier().register("r", Topic.of("invoice"))).isInstanceOf(RegistrationDiffers.class);
        assertThat(notifier().register("r", ORDERS).topics()).containsExactly(ORDERS);
    }

    @Test
    void topics_can_be_replaced_and_count_from_where_the_registration_stands() throws Exception {
        Registration registration = notifier().register("r", Topic.of("invoice"));
        daybook().transact(tx -> {
            tx.create("invoice", "i-1"); // 1
            tx.create("order", "o-1"); // 2
        });
        assertThat(takeAll(registration, 1)).containsExactly(1L);
        Await.caughtUp(daybook(), registration);
        Registration replaced = notifier().replaceTopics("r", ORDERS);
        assertThat(replaced).isSameAs(registration);
        assertThat(replaced.topics()).containsExactly(ORDERS);
        daybook().transact(tx -> {
            tx.create("invoice", "i-2"); // 3
            tx.create("order", "o-2"); // 4
        });
        assertThat(takeAll(registration, 1)).containsExactly(4L);
        daybooks.reopen();
        daybook().transact(tx -> tx.create("order", "o-3"));
        assertThat(takeAll(notifier().register("r", ORDERS), 1)).containsExactly(5L);
        assertThatThrownBy(() -> notifier().replaceTopics("nobody", ORDERS))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void replaced_topics_hear_what_waits_behind_the_cursor_too() throws Exception {
        Registration registration = notifier().register("r", Topic.of("invoice"));
        Registration everything = notifier().register("everything");
        assertNothing(registration);
        assertNothing(everything);
        daybook().transact(tx -> {
            tx.create("invoice", "i-1"); // 1
            tx.create("order", "o-1"); // 2
            tx.create("invoice", "i-2"); // 3
            tx.create("order", "o-2"); // 4
        });
        Delivery first = next(registration);
        assertThat(first.event().position()).hasValue(1);
        // Who hears everything has heard the last one, so the reader has brought the invoice at 3 too; had it come
        // after
        // done(), the cursor would have passed the order at 2 by then.
        takeAll(everything, 4);
        first.done();
        assertThat(registration.position()).as("the invoice at 3 waits").isLessThan(3);
        notifier().replaceTopics("r", ORDERS);
        assertThat(takeAll(registration, 2)).containsExactly(2L, 4L);
        assertNothing(registration);
    }

    @Test
    void topics_that_nobody_can_hear_are_refused() {
        assertThatThrownBy(() -> Topic.of("job").operation(Operation.SUBMISSION))
                .isInstanceOf(InvalidEventOperation.class);
        assertThatThrownBy(() ->
                        Topic.everything().operation(Operation.SUBMISSION).type(io.daybook.event.EntityType.CYCLE))
                .isInstanceOf(InvalidEventOperation.class);
    }

    @Test
    void a_rare_topic_passes_twenty_thousand_events_that_are_not_for_it() throws Exception {
        int common = 20_000;
        daybook().transact(tx -> {
            for (int i = 0; i < common; i++) {
                tx.record("order", "o-" + i % 10, ACT);
            }
        });
        daybook().transact(tx -> tx.create("invoice", "i-1"));
        long head = Await.sequenced(daybook());
        assertThat(head).isEqualTo(common + 1);
        Registration rare = notifier().register("rare", Topic.of("invoice"));
        Registration never = notifier().register("never", Topic.of("receipt"));
        assertThat(takeAll(rare, 1)).containsExactly(common + 1L);
        assertNothing(never);
        Await.caughtUp(daybook(), rare, never);
        daybook().close();
        daybooks.reopen();
        assertThat(notifier().register("never", Topic.of("receipt")).position()).isEqualTo(head);
    }

    // ---- forgetting -------------------------------------------------------------------------------------------------

    @Test
    void what_is_unregistered_is_forgotten_with_its_cursor() throws Exception {
        act("o-1", 3);
        Registration registration = notifier().register("r");
        takeAll(registration, 3);
        notifier().unregister("r");
        assertThatThrownBy(() -> registration.poll(Duration.ZERO)).isInstanceOf(RegistrationClosed.class);
        assertThat(notifier().known()).isEmpty();
        notifier().unregister("r");
        notifier().unregister("never there");
        assertThat(takeAll(notifier().register("r"), 3)).isEqualTo(upTo(3));
    }

    @Test
    void who_waits_in_a_poll_hears_that_it_was_unregistered() throws Exception {
        Registration registration = notifier().register("r");
        List<Collisions.Outcome<Object>> outcomes = Collisions.collide(2, n -> {
            if (n == 0) {
                return registration.poll(LONG);
            }
            notifier().unregister("r");
            return null;
        });
        assertThat(outcomes.get(0).failure()).isInstanceOf(RegistrationClosed.class);
    }

    @Test
    void who_waits_in_a_poll_hears_that_the_daybook_was_closed() throws Exception {
        Registration registration = notifier().register("r");
        Daybook daybook = daybook();
        List<Collisions.Outcome<Object>> outcomes = Collisions.collide(2, n -> {
            if (n == 0) {
                return registration.poll(LONG);
            }
            daybook.close();
            return null;
        });
        assertThat(outcomes.get(0).failure()).isInstanceOf(RegistrationClosed.class);
        assertThatThrownBy(() -> daybook.notifier().register("x")).isInstanceOf(IllegalStateException.class);
    }

    // ---- ephemeral --------------------------------------------------------------------------------------------------

    @Test
    void an_ephemeral_registration_hears_what_comes_and_is_gone_after_a_restart() throws Exception {
        act("o-1", 3);
        Await.sequenced(daybook());
        Registration one = notifier().register(ORDERS);
        Registration other = notifier().register(ORDERS);
        assertThat(one.id()).startsWith("REGISTRATION_").isNotEqualTo(other.id());
        assertThat(one.isDurable()).isFalse();
        act("o-1", 2);
        assertThat(takeAll(one, 2)).containsExactly(4L, 5L);
        assertThat(takeAll(other, 2)).as("each gets its own").containsExactly(4L, 5L);
        notifier().unregister(other.id());
        assertThatThrownBy(() -> other.poll(Duration.ZERO)).isInstanceOf(RegistrationClosed.class);
        daybooks.reopen();
        assertThat(notifier().known()).isEmpty();
        assertThat(count("cursors")).isZero();
    }

    // ---- poll, done, again ------------------------------------------------------------------------------------------

    @Test
    void the_cursor_passes_only_what_is_done_without_a_hole() throws Exception {
        act("o-1", 5);
        Registration registration = notifier().register("r");
        Delivery one = next(registration);
        Delivery two = next(registration);
        Delivery three = next(registration);
        two.done();
        three.done();
        assertThat(registration.position()).isZero();
        one.done();
        assertThat(registration.position()).isEqualTo(3);
        one.done();
        assertThat(registration.position()).isEqualTo(3);
        registration.save();
        assertThat(text("select position from daybook.cursors")).isEqualTo("3");
    }

    @Test
    void what_is_not_done_is_delivered_again_after_a_restart() throws Exception {
        act("o-1", 4);
        Registration registration = notifier().register("r");
        next(registration).done();
        next(registration);
        next(registration).done();
        daybooks.reopen();
        assertThat(takeAll(notifier().register("r"), 3)).containsExactly(2L, 3L, 4L);
    }

    @Test
    void what_is_given_back_comes_again_before_what_is_after_it() throws Exception {
        act("o-1", 4);
        Registration registration = notifier().register("r");
        Delivery one = next(registration);
        Delivery two = next(registration);
        Delivery three = next(registration);
        three.again();
        one.again();
        one.again();
        assertThat(next(registration).event().position()).hasValue(1);
        assertThat(next(registration).event().position()).hasValue(3);
        assertThat(next(registration).event().position()).hasValue(4);
        two.done();
        two.again();
        assertNothing(registration);
        assertThat(registration.position()).isZero();
    }

    @Test
    void a_poll_with_no_time_looks_once() throws Exception {
        Registration registration = notifier().register("r");
        assertThat(registration.poll(Duration.ZERO)).isEmpty();
        act("o-1", 1);
        Await.sequenced(daybook());
        Await.until(
                () -> {
                    try {
                        Optional<Delivery> delivery = registration.poll(Duration.ZERO);
                        delivery.ifPresent(Delivery::done);
                        return delivery.isPresent();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                },
                () -> "nothing came");
    }

    @Test
    void a_first_poll_with_no_time_finds_what_is_there() throws Exception {
        act("o-1", 1);
        Await.sequenced(daybook());
        assertThat(notifier().register("r").poll(Duration.ZERO)).isPresent();
    }

    @Test
    void an_interrupted_poll_hands_nothing_out() throws Exception {
        Registration registration = notifier().register("r");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> registration.poll(LONG)).isInstanceOf(InterruptedException.class);
        act("o-1", 1);
        assertThat(takeAll(registration, 1)).containsExactly(1L);
    }

    @Test
    void what_is_delivered_says_where_and_when_it_was_recorded() throws Exception {
        Registration registration = notifier().register("r");
        daybook().as("kim").transact(tx -> tx.create("order", "o-1", Map.of("a", 1)));
        Event event = next(registration).event();
        assertThat(event.position()).hasValue(1);
        assertThat(event.recordedAt()).isPresent();
        assertThat(event).isEqualTo(history("o-1").get(0));
    }

    // ---- slow and fast ----------------------------------------------------------------------------------------------

    @Test
    void a_slow_registration_delays_no_other_and_catches_up_by_itself() throws Exception {
        Registration slow = notifier().register("slow");
        Registration fast = notifier().register("fast");
        assertNothing(slow);
        assertNothing(fast);
        int events = 3_000;
        for (int i = 0; i < 6; i++) {
            act("o-1", events / 6);
        }
        assertThat(takeAll(fast, events)).isEqualTo(upTo(events));
        assertThat(slow.position()).isZero();
        assertThat(takeAll(slow, events)).isEqualTo(upTo(events));
        act("o-1", 5);
        assertThat(takeAll(slow, 5)).endsWith(events + 5L);
        assertThat(takeAll(fast, 5)).endsWith(events + 5L);
    }

    // ---- progress ---------------------------------------------------------------------------------------------------

    @Test
    void a_position_that_was_passed_stays_passed() throws Exception {
        Registration rare = notifier().register("rare", Topic.of("invoice"));
        assertNothing(rare);
        act("o-1", 10);
        Await.caughtUp(daybook(), rare);
        assertThat(rare.position()).isEqualTo(10);

        daybook().transact(tx -> tx.create("invoice", "i-1"));
        Delivery delivery = next(rare);
        assertThat(rare.position()).as("while the invoice at 11 is in hand").isEqualTo(10);
        delivery.done();
        assertThat(rare.position()).isEqualTo(11);
    }

    @Test
    void who_waits_for_what_is_not_for_the_registration_need_not_wait_for_what_is() throws Exception {
        Registration rare = notifier().register("rare", Topic.of("invoice"));
        assertNothing(rare);
        Receipt order = daybook().transact(tx -> tx.create("order", "o-1"));
        daybook().transact(tx -> tx.create("invoice", "i-1"));
        Delivery inHand = next(rare);
        rare.await(order, Duration.ofSeconds(10));
        assertThat(rare.position()).isEqualTo(1);
        inHand.done();
    }

    @Test
    void waiting_for_a_unit_of_work_ends_when_it_is_processed() throws Exception {
        Registration registration = notifier().register("r");
        Receipt receipt = daybook().transact(tx -> {
            tx.create("order", "o-1");
            tx.create("order", "o-2");
        });
        assertThatThrownBy(() -> registration.await(receipt, SOON))
                .isInstanceOf(AwaitTimeout.class)
                .hasMessageContaining("r is at position 0");
        List<Collisions.Outcome<Long>> outcomes = Collisions.collide(2, n -> {
            if (n == 0) {
                takeAll(registration, 2);
                return 0L;
            }
            registration.await(receipt, LONG);
            return registration.position();
        });
        assertThat(Collisions.allSucceeded(outcomes)).containsExactly(0L, 2L);
        registration.await(receipt, Duration.ZERO);
        registration.await(daybook().transact(tx -> {}), Duration.ZERO);
    }

    @Test
    void while_nothing_happens_nothing_is_written() throws Exception {
        Registration registration = notifier().register("r");
        act("o-1", 3);
        takeAll(registration, 3);
        registration.save();
        String saved = text("select saved from daybook.cursors");
        long start = System.nanoTime();
        Await.until(() -> System.nanoTime() - start > Duration.ofMillis(1_500).toNanos(), () -> "time stands still");
        assertThat(text("select saved from daybook.cursors")).isEqualTo(saved);
    }

    /** Every cursor with the time of its last write; on PostgreSQL the versions of all rows of delivery, which any write changes. */
    private String whatDeliveryWrote() throws Exception {
        String wrote = text(isPostgresql() ? """
                select string_agg(saved || ' ' || epoch || ' ' || position || ' ' || xmin || ' ' || ctid, ', ' order by registration)
                from daybook.cursors
                """ : """
                select listagg(saved || ' ' || epoch || ' ' || position, ', ') within group (order by registration)
                from daybook.cursors
                """);
        if (isPostgresql()) {
            wrote += text("select string_agg(xmin || ' ' || ctid, ', ' order by name) from daybook.registrations")
                    + text("select string_agg(xmin || ' ' || ctid, ', ' order by number) from daybook.candidates");
        }
        return wrote + count("registrations") + count("candidates");
    }

    @Test
    void idle_registrations_cost_no_write_and_with_traffic_for_others_no_more_than_two_a_minute() throws Exception {
        List<Registration> idle = new ArrayList<>();
        for (int number = 0; number < 50; number++) {
            Registration registration = notifier().register("idle-" + number, Topic.of("invoice"));
            assertThat(registration.poll(Duration.ZERO)).isEmpty();
            idle.add(registration);
        }
        Registration busy = notifier().register(ORDERS);
        long began = System.nanoTime();
        String before = whatDeliveryWrote();
        // Until the lease of the node is renewed, which is written, cursors are looked at several times.
        String lease = leaseUntil();
        Await.until(() -> !lease.equals(leaseUntil()), () -> "the lease is not renewed");
        assertThat(whatDeliveryWrote()).as("with no traffic").isEqualTo(before);

        String renewed = leaseUntil();
        while (renewed.equals(leaseUntil())) {
            act("o-1", 1);
            takeAll(busy, 1);
        }
        Await.caughtUp(daybook(), idle.toArray(Registration[]::new));
        String after = whatDeliveryWrote();
        // On a machine that stood still for so long, each may have been written once.
        if (System.nanoTime() - began < Duration.ofSeconds(29).toNanos()) {
            assertThat(after).as("with traffic for others").isEqualTo(before);
        }
        long head = daybook().head();
        idle.forEach(Registration::save);
        assertThat(text("select min(position) from daybook.cursors")).isEqualTo(Long.toString(head));
    }

    private String leaseUntil() {
        try {
            return text("select max(lease_until) from daybook.nodes");
        } catch (java.sql.SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void what_is_done_is_saved_soon_without_being_asked() throws Exception {
        Registration registration = notifier().register("r");
        act("o-1", 3);
        takeAll(registration, 3);
        Await.until(
                () -> notifier().known().get(0).position() == 3
                        && notifier().known().get(0).lag() == 0,
                () -> "the cursor is at " + notifier().known());
    }

    @Test
    void all_registrations_can_be_listed_with_their_lag() throws Exception {
        act("o-1", 3);
        Await.sequenced(daybook());
        notifier().register("b", ORDERS);
        notifier().register("a", Start.now());
        notifier().register(ORDERS);
        assertThat(notifier().known())
                .extracting(Notifier.Known::name, Notifier.Known::position, Notifier.Known::lag)
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple("a", 3L, 0L),
                        org.assertj.core.api.Assertions.tuple("b", 0L, 3L));
        assertThat(notifier().known().get(1).topics()).containsExactly(ORDERS);
    }

    // ---- another history --------------------------------------------------------------------------------------------

    private String otherHash() {
        return isPostgresql() ? "decode(repeat('00', 32), 'hex')" : "X'" + "00".repeat(32) + "'";
    }

    @Test
    void a_cursor_of_another_history_refuses_to_go_on() throws Exception {
        act("o-1", 3);
        Registration registration = notifier().register("r");
        takeAll(registration, 2);
        daybook().close();
        execute("update daybook.cursors set hash = " + otherHash());
        daybooks.reopen();
        LedgerDiverged diverged =
                catchThrowableOfType(LedgerDiverged.class, () -> notifier().register("r"));
        assertThat(diverged.expected().position()).isEqualTo(2);
        assertThat(diverged.found()).isEqualTo(daybook().ledger().point(2).orElseThrow());
        assertThat(diverged).hasMessageContaining("daybook doctor");
        notifier().unregister("r");
        assertThat(takeAll(notifier().register("r", Start.at(2)), 1)).containsExactly(3L);
    }

    @Test
    void a_cursor_behind_the_end_of_the_ledger_refuses_to_go_on() throws Exception {
        act("o-1", 3);
        Registration registration = notifier().register("r");
        takeAll(registration, 3);
        daybook().close();
        execute("delete from daybook.events where version = 3", "delete from daybook.ledger where position = 3");
        daybooks.reopen();
        LedgerDiverged diverged =
                catchThrowableOfType(LedgerDiverged.class, () -> notifier().register("r"));
        assertThat(diverged.expected().position()).isEqualTo(3);
        assertThat(diverged.found()).isNull();
    }

    @Test
    void a_ledger_that_changes_under_a_live_registration_stops_it() throws Exception {
        Registration registration = notifier().register("r");
        act("o-1", 3);
        takeAll(registration, 3);
        assertNothing(registration);
        execute("update daybook.ledger set hash = " + otherHash() + " where position = 3");
        act("o-1", 1);
        assertThatThrownBy(() -> registration.poll(LONG)).isInstanceOf(LedgerDiverged.class);
        assertThat(registration.position()).isEqualTo(3);
    }
}
