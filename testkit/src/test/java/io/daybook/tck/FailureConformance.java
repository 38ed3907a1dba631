package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.consumers.FailurePolicy;
import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.ParkedEvent;
import io.daybook.notifier.Registration;
import io.daybook.notifier.RegistrationControl;
import io.daybook.notifier.Start;
import io.daybook.testkit.Await;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of events that a consumer cannot process, and what an operator can do to a registration. */
abstract class FailureConformance extends Conformance {

    private static final Operation ACT = Operation.of("ACT");
    private static final FailurePolicy PARK = quickly(2).thenPark();

    private Registration registration;
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final Set<String> poison = ConcurrentHashMap.newKeySet();

    private static FailurePolicy.Retry quickly(int attempts) {
        return FailurePolicy.retry(attempts).backOff(Duration.ofMillis(1), Duration.ofMillis(2));
    }

    @BeforeEach
    void register() {
        registration = daybook().notifier().register("r", Topic.of("order"));
    }

    private void say(String... ids) {
        for (String id : ids) {
            daybook().transact(tx -> tx.record("order", id, ACT));
        }
    }

    private static String name(Event event) {
        return event.entityId() + event.version();
    }

    private void hear(Event event) {
        if (poison.contains(name(event))) {
            throw new IllegalStateException("cannot digest " + name(event));
        }
        heard.add(name(event));
    }

    private void awaitHeard(String... names) {
        Await.until(() -> heard.size() >= names.length, () -> "heard only " + heard);
        assertThat(heard).containsExactly(names);
    }

    private RegistrationControl control() {
        return daybook().notifier().control("r").as("kim").because("a test");
    }

    private List<String> acts() {
        Await.sequenced(daybook());
        return daybook().history("daybook.registration", "r").stream()
                .map(event -> event.operation().name())
                .toList();
    }

    private List<Long> parkedPositions() {
        return control().parked(0, 100).stream().map(ParkedEvent::position).toList();
    }

    @Test
    void what_fails_is_tried_again_and_then_skipped_which_is_recorded() {
        poison.add("b1");
        say("a", "b", "b", "c");
        try (EventConsumer consumer = Consumers.consume(registration, quickly(3).thenSkip(), this::hear)) {
            awaitHeard("a1", "b2", "c1");
            Await.caughtUp(daybook(), registration);
            assertThat(consumer.isRunning()).isTrue();
        }
        assertThat(acts()).containsExactly("SKIP");
        assertThat(daybook()
                        .history("daybook.registration", "r")
                        .toList()
                        .get(0)
                        .attributeValue())
                .hasValueSatisfying(value -> assertThat(value.json()).contains("\"attempts\":3", "\"position\":2"));
    }

    /** KurrentDB #1890: one poison event stops everything. */
    @Test
    void what_fails_is_parked_with_its_followers_and_others_go_on() {
        poison.add("b1");
        say("a", "b", "a", "b", "c", "b");
        try (EventConsumer consumer = Consumers.consume(registration, PARK, this::hear)) {
            awaitHeard("a1", "a2", "c1");
            Await.caughtUp(daybook(), registration);
            assertThat(consumer.isRunning()).isTrue();
        }
        assertThat(parkedPositions()).containsExactly(2L, 4L, 6L);
        List<ParkedEvent> parked = control().parked(0, 100);
        assertThat(parked.get(0).attempts()).isEqualTo(2);
        assertThat(parked.get(0).error()).hasValue("java.lang.IllegalStateException: cannot digest b1");
        assertThat(parked.get(0).stackTrace().orElseThrow()).contains("FailureConformance.hear");
        assertThat(parked.get(1).attempts()).isZero();
        assertThat(parked.get(1).error()).isEmpty();
        assertThat(acts()).isNotEmpty().containsOnly("PARK");
    }

    @Test
    void parked_events_stay_parked_after_a_restart_and_their_followers_too() {
        poison.add("b1");
        say("b");
        Consumers.consume(registration, PARK, this::hear);
        Await.until(() -> !parkedPositions().isEmpty(), () -> "nothing parked");
        daybooks.reopen();
        registration = daybook().notifier().register("r", Topic.of("order"));
        poison.clear();
        say("b", "a");
        try (EventConsumer consumer = Consumers.consume(registration, PARK, this::hear)) {
            awaitHeard("a1");
            assertThat(consumer.isRunning()).isTrue();
        }
        // Between them is the record that the first one was parked.
        assertThat(parkedPositions()).containsExactly(1L, 3L);
    }

    @Test
    void parked_events_are_tried_again_in_order_before_what_comes_later_and_the_cursor_stays() {
        poison.add("b1");
        say("b", "b", "a", "b");
        try (EventConsumer consumer = Consumers.consume(registration, PARK, this::hear)) {
            awaitHeard("a1");
            Await.caughtUp(daybook(), registration);
            long before = registration.position();
            poison.clear();
            assertThat(control().retryParked(EntityRef.of("order", "b"))).isEqualTo(3);
            awaitHeard("a1", "b1", "b2", "b3");
            Await.until(() -> parkedPositions().isEmpty(), () -> "still parked: " + parkedPositions());
            assertThat(registration.position()).isGreaterThanOrEqualTo(before);
            say("b");
            awaitHeard("a1", "b1", "b2", "b3", "b4");
            assertThat(consumer.isRunning()).isTrue();
        }
        assertThat(acts()).contains("RETRY");
    }

    @Test
    void what_fails_again_stays_parked_and_waits_for_an_operator_again() {
        poison.add("b2");
        say("b", "b", "b");
        try (EventConsumer consumer = Consumers.consume(registration, PARK, this::hear)) {
            awaitHeard("b1");
            Await.caughtUp(daybook(), registration);
            control().retryParked();
            Await.until(
                    () -> control().parked(0, 1).get(0).attempts() == 4,
                    () -> "parked: " + control().parked(0, 9));
            assertThat(control().parked(0, 9)).noneMatch(ParkedEvent::retrying);
            assertThat(parkedPositions()).containsExactly(2L, 3L);
            assertThat(consumer.isRunning()).isTrue();
        }
        awaitHeard("b1");
    }

    @Test
    void a_discarded_event_is_never_delivered_and_its_followers_can_be_tried_again() {
        poison.add("b1");
        say("b", "b");
        try (EventConsumer consumer = Consumers.consume(registration, PARK, this::hear)) {
            Await.until(() -> parkedPositions().size() == 2, () -> "parked: " + parkedPositions());
            assertThat(control().discard(1)).isTrue();
            assertThat(control().discard(1)).as("twice").isFalse();
            control().retryParked();
            awaitHeard("b2");
            Await.until(() -> parkedPositions().isEmpty(), () -> "still parked: " + parkedPositions());
            say("b");
            awaitHeard("b2", "b3");
            assertThat(consumer.isRunning()).isTrue();
        }
        assertThat(acts()).contains("PARK", "DISCARD", "RETRY");
        assertThat(daybook().history("daybook.registration", "r").stream()
                        .filter(event -> event.operation().name().equals("DISCARD"))
                        .findFirst()
                        .orElseThrow())
                .satisfies(event -> {
                    assertThat(event.actor()).hasValue("kim");
                    assertThat(event.reason()).hasValue("a test");
                });
    }

    @Test
    void what_fails_too_often_stops_the_registration_until_an_operator_resumes_it() {
        poison.add("b1");
        say("a", "b", "c");
        try (EventConsumer consumer = Consumers.consume(registration, quickly(2).thenStop(), this::hear)) {
            awaitHeard("a1");
            Await.until(() -> daybook().notifier().known().get(0).paused().isPresent(), () -> "not stopped");
            assertThat(daybook().notifier().known().get(0).pauseReason().orElseThrow())
                    .contains("position 2", "cannot digest b1");
            poison.clear();
            control().resume();
            awaitHeard("a1", "b1", "c1");
            assertThat(consumer.isRunning()).isTrue();
        }
        assertThat(acts()).containsExactly("STOP", "RESUME");
    }

    @Test
    void a_consumer_of_everything_that_parks_everything_comes_to_an_end() {
        Registration all = daybook().notifier().register("all");
        say("a", "b");
        try (EventConsumer consumer = Consumers.consume(all, quickly(1).thenPark(), event -> {
            throw new IllegalStateException("cannot digest anything");
        })) {
            Await.until(() -> daybook().notifier().known().get(0).parked() >= 4, () -> "parks too little");
            Await.caughtUp(daybook(), all);
            assertThat(consumer.isRunning()).isTrue();
        }
        // The two events, and the two records that they were parked; of those nothing is recorded.
        assertThat(daybook().notifier().known().get(0).parked()).isEqualTo(4);
    }

    @Test
    void an_ephemeral_registration_has_nothing_to_park_or_stop() {
        Registration ephemeral = daybook().notifier().register();
        assertThatThrownBy(() -> Consumers.consume(ephemeral, PARK, this::hear))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Give it a name");
    }

    @Test
    void a_paused_registration_is_delivered_to_nobody_and_goes_on_where_it_was() {
        try (EventConsumer consumer = Consumers.consume(registration, this::hear)) {
            say("a");
            awaitHeard("a1");
            control().pause();
            Await.until(() -> registration.ownPartitions().isEmpty(), () -> "still delivered here");
            say("b");
            Await.sequenced(daybook());
            awaitHeard("a1");
            control().resume();
            awaitHeard("a1", "b1");
            assertThat(consumer.isRunning()).isTrue();
        }
        assertThat(acts()).containsExactly("PAUSE", "RESUME");
    }

    @Test
    void the_view_registration_lag_says_who_delivers_how_far_and_what_stands_in_the_way() {
        poison.add("b1");
        say("a", "b", "b");
        Await.sequenced(daybook());
        assertThat(lag()).as("nobody yet").isEqualTo("at 0 of 3, behind 3, owners 0, parked 0, pause -");
        try (EventConsumer consumer = Consumers.consume(registration, PARK, this::hear)) {
            Await.until(() -> parkedPositions().size() == 2, () -> "parked " + parkedPositions());
            Await.caughtUp(daybook(), registration);
            registration.save();
            // What was parked was recorded, and is in the ledger too.
            assertThat(lag()).matches("at (\\d+) of \\1, behind 0, owners 1, parked 2, pause -");
            control().pause();
            Await.until(() -> registration.ownPartitions().isEmpty(), () -> "still delivered here");
            say("c");
            Await.until(
                    () -> lag().matches("at \\d+ of \\d+, behind [1-9]\\d*, owners 0, parked 2, pause a test"),
                    this::lag);
            assertThat(consumer.isRunning()).isTrue();
        }
    }

    /** What an operator is told, in one line. */
    private String lag() {
        try {
            return text("""
                select concat('at ', l.position, ' of ', l.head, ', behind ', l.lag, ', owners ', l.owners, ', parked ', l.parked,
                              ', pause ', case when l.paused is null then '-' else l.pause_reason end)
                from daybook.registration_lag l
                where l.registration = 'r'
                """);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_registration_is_rewound_and_moved_on_while_it_is_consumed() {
        say("a", "b", "c");
        try (EventConsumer consumer = Consumers.consume(registration, this::hear)) {
            awaitHeard("a1", "b1", "c1");
            Await.caughtUp(daybook(), registration);
            registration.save();
            assertThat(control().moveTo(Start.at(1))).isEqualTo(1);
            awaitHeard("a1", "b1", "c1", "b1", "c1");
            control().pause();
            Await.until(() -> registration.ownPartitions().isEmpty(), () -> "still delivered here");
            say("d", "e");
            Await.sequenced(daybook());
            control().moveTo(Start.now());
            control().resume();
            say("f");
            awaitHeard("a1", "b1", "c1", "b1", "c1", "f1");
            assertThat(consumer.isRunning()).isTrue();
        }
        assertThat(acts()).containsExactly("REWIND", "PAUSE", "SKIP_TO", "RESUME");
        assertThatThrownBy(() -> control().moveTo(Start.at(9_999))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_replay_hears_the_past_again_and_leaves_the_durable_cursor_alone() throws Exception {
        say("a", "b", "c");
        try (EventConsumer consumer = Consumers.consume(registration, this::hear)) {
            awaitHeard("a1", "b1", "c1");
            Await.caughtUp(daybook(), registration);
            assertThat(consumer.isRunning()).isTrue();
        }
        long cursor = registration.position();
        Registration replay = daybook().notifier().replay(Start.at(1), Topic.of("order"));
        for (String expected : List.of("b1", "c1")) {
            Delivery delivery = replay.poll(LONG).orElseThrow();
            assertThat(name(delivery.event())).isEqualTo(expected);
            delivery.done();
        }
        daybook().notifier().unregister(replay.id());
        assertThat(registration.position()).isEqualTo(cursor);
    }

    @Test
    void an_event_has_the_same_id_at_every_delivery() throws Exception {
        say("a");
        Delivery first = registration.poll(LONG).orElseThrow();
        assertThat(first.eventId()).isEqualTo(daybook().id() + "/1");
        first.again();
        assertThat(registration.poll(LONG).orElseThrow().eventId()).isEqualTo(first.eventId());
    }
}
