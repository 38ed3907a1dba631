package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.Daybook;
import io.daybook.DaybookBuilder;
import io.daybook.RequestContext;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.FailurePolicy;
import io.daybook.consumers.TransactionalEventConsumer;
import io.daybook.event.Event;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Receipt;
import io.daybook.event.Topic;
import io.daybook.event.Value;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Reaction;
import io.daybook.notifier.Registration;
import io.daybook.testkit.Await;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;

/** Who, why, in which conversation and from where: what is recorded without being said each time. */
@SuppressWarnings("try")
abstract class ContextConformance extends Conformance {

    private static final Topic ORDERS = Topic.of("order");

    @Override
    DaybookBuilder settings(DaybookBuilder builder) {
        return builder.application("shop", "2.3.1");
    }

    private static Receipt touch(Daybook daybook, String id) {
        return daybook.transact(tx -> tx.create("order", id, Map.of()));
    }

    private Event first(String type, String id) {
        return daybook().history(type, id).stream().findFirst().orElseThrow();
    }

    private Event order(String id) {
        return first("order", id);
    }

    @Test
    void application_version_and_host_are_told_with_every_event() {
        daybook().transact(tx -> {
            tx.create("order", "o-1", Map.of("status", "new"));
            tx.update("order", "o-1", "status", "paid");
        });

        assertThat(history("o-1"))
                .hasSize(2)
                .allSatisfy(event -> assertThat(event.context())
                        .containsEntry("application", Value.of("shop"))
                        .containsEntry("application_version", Value.of("2.3.1"))
                        .containsKey("host")
                        .doesNotContainKey("database_user"));
        Await.sequenced(daybook());
        assertThat(daybook().verify().isClean()).isTrue();
    }

    @Test
    void what_the_caller_says_wins() {
        daybook()
                .unitOfWork()
                .within(Map.of("application", "till", "till", 7))
                .within(Map.of("till", 8))
                .transact(tx -> tx.create("order", "o-1", Map.of()));
        daybook().unitOfWork().withinOnly(Map.of("from", "afar")).transact(tx -> tx.create("order", "o-2", Map.of()));
        daybook().unitOfWork().withinOnly(Map.of()).transact(tx -> tx.create("order", "o-3", Map.of()));

        assertThat(order("o-1").context())
                .containsEntry("application", Value.of("till"))
                .containsEntry("till", Value.of(8))
                .containsEntry("application_version", Value.of("2.3.1"));
        assertThat(order("o-2").context()).isEqualTo(Map.of("from", Value.of("afar")));
        assertThat(order("o-3").context()).isEmpty();
    }

    @Test
    void json_null_in_the_surroundings_is_none_in_the_view_and_other_kinds_are_text() throws Exception {
        Map<String, Value> nulls = Map.of(
                "application", Value.of(null),
                "application_version", Value.of(null),
                "host", Value.of(null),
                "database_user", Value.of(null));
        daybook().unitOfWork().within(nulls).transact(tx -> tx.create("order", "o-1", Map.of()));
        daybook()
                .unitOfWork()
                .within(Map.of("application", "null", "application_version", 3))
                .transact(tx -> tx.create("order", "o-2", Map.of()));

        assertThat(order("o-1").context()).isEqualTo(nulls);
        assertThat(text("""
                select count(*)
                from daybook.event_history
                where entity_id = 'o-1'
                  and application is null
                  and application_version is null
                  and host is null
                  and database_user is null
                """)).isEqualTo("1");
        assertThat(text("""
                select count(*)
                from daybook.event_history
                where entity_id = 'o-2'
                  and application = 'null'
                  and application_version = '3'
                """)).isEqualTo("1");
    }

    @Test
    void a_joined_transaction_tells_its_database_user() throws Exception {
        try (Connection connection = transaction()) {
            daybook().join(connection, tx -> tx.create("order", "o-1", Map.of()));
            daybook()
                    .unitOfWork()
                    .within(Map.of("database_user", "nobody"))
                    .join(connection, tx -> tx.create("order", "o-2", Map.of()));
            daybook().unitOfWork().withinOnly(Map.of()).join(connection, tx -> tx.create("order", "o-3", Map.of()));
            connection.commit();
        }

        String user = text(isPostgresql() ? "select session_user" : "select current_user");
        assertThat(order("o-1").context().get("database_user"))
                .isNotNull()
                .satisfies(told -> assertThat(told.as(String.class)).isEqualToIgnoringCase(user));
        assertThat(order("o-1").context()).containsEntry("application", Value.of("shop"));
        assertThat(order("o-2").context()).containsEntry("database_user", Value.of("nobody"));
        assertThat(order("o-3").context()).isEmpty();
    }

    @Test
    void a_request_context_counts_until_it_is_closed() {
        try (RequestContext request = daybook()
                .as("kim")
                .correlatedWith("request-1")
                .within(Map.of("till", 7))
                .enter()) {
            touch(daybook(), "o-1");
            daybook().as("ada").within(Map.of("page", 2)).transact(tx -> tx.create("order", "o-2", Map.of()));
            try (RequestContext inner =
                    daybook().unitOfWork().because("audit").causedBy(1).enter()) {
                touch(daybook(), "o-3");
                inner.close();
                touch(daybook(), "o-4");
            }
        }
        touch(daybook(), "o-5");

        assertThat(order("o-1").actor()).contains("kim");
        assertThat(order("o-1").correlationId()).contains("request-1");
        assertThat(order("o-1").context())
                .containsEntry("till", Value.of(7))
                .containsEntry("application", Value.of("shop"));
        assertThat(order("o-2").actor()).contains("ada");
        assertThat(order("o-2").correlationId()).contains("request-1");
        assertThat(order("o-2").context())
                .containsEntry("till", Value.of(7))
                .containsEntry("page", Value.of(2))
                .containsEntry("application", Value.of("shop"));
        assertThat(order("o-3").actor()).contains("kim");
        assertThat(order("o-3").reason()).contains("audit");
        assertThat(order("o-3").causationPosition()).hasValue(1);
        assertThat(order("o-4").reason()).isEmpty();
        assertThat(order("o-4").causationPosition()).isEmpty();
        assertThat(order("o-5").actor()).isEmpty();
        assertThat(order("o-5").correlationId()).isEmpty();
        assertThat(order("o-5").context()).doesNotContainKey("till");
    }

    @Test
    void a_request_context_is_closed_where_it_was_entered_and_the_inner_one_first() throws Exception {
        ExecutorService elsewhere = Executors.newSingleThreadExecutor();
        try (RequestContext outer = daybook().as("kim").enter();
                RequestContext inner = daybook().as("ada").enter()) {
            Future<?> closed = elsewhere.submit(inner::close);
            assertThatThrownBy(closed::get)
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Close it where it was entered");
            touch(daybook(), "o-1");
            assertThatThrownBy(outer::close)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("close the inner one first");
            touch(daybook(), "o-2");
        } finally {
            elsewhere.shutdown();
        }
        touch(daybook(), "o-3");

        assertThat(order("o-1").actor()).contains("ada");
        assertThat(order("o-2").actor()).as("of neither, both are closed").isEmpty();
        assertThat(order("o-3").actor()).isEmpty();
        assertThatThrownBy(() -> daybook().once("key").enter()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_request_context_is_carried_to_another_thread() throws Exception {
        ExecutorService elsewhere = Executors.newSingleThreadExecutor();
        try {
            Runnable without = daybook().carry(() -> touch(daybook(), "o-3"));
            Runnable task;
            Callable<Receipt> call;
            try (RequestContext request = daybook().as("kim").enter()) {
                task = daybook().carry(() -> touch(daybook(), "o-1"));
                call = daybook().carryCall(() -> touch(daybook(), "o-2"));
            }
            elsewhere.submit(task).get();
            assertThat(elsewhere.submit(call).get().events()).hasSize(1);
            elsewhere.submit(() -> touch(daybook(), "o-4")).get();
            try (RequestContext other = daybook().as("ada").enter()) {
                without.run();
                touch(daybook(), "o-5");
            }
        } finally {
            elsewhere.shutdown();
        }

        assertThat(order("o-1").actor()).contains("kim");
        assertThat(order("o-2").actor()).contains("kim");
        assertThat(order("o-3").actor()).isEmpty();
        assertThat(order("o-3").context()).containsEntry("application", Value.of("shop"));
        assertThat(order("o-4").actor()).isEmpty();
        assertThat(order("o-5").actor()).contains("ada");
    }

    @Test
    void what_is_left_open_in_a_task_that_was_carried_does_not_count_for_the_next_one() throws Exception {
        ExecutorService elsewhere = Executors.newSingleThreadExecutor();
        try {
            Runnable forgetful = daybook().carry(() -> daybook().as("kim").enter());
            assertThatThrownBy(() -> elsewhere.submit(forgetful).get()).hasCauseInstanceOf(IllegalStateException.class);
            elsewhere.submit(() -> touch(daybook(), "o-1")).get();
        } finally {
            elsewhere.shutdown();
        }

        assertThat(order("o-1").actor()).isEmpty();
    }

    @Test
    void a_request_context_is_one_daybooks_own() {
        try (Daybook other = database().daybook().sequencing(false).open();
                RequestContext request = daybook().as("kim").enter()) {
            touch(other, "o-1");
        }

        assertThat(order("o-1").actor()).isEmpty();
    }

    @Test
    void what_a_consumer_does_is_caused_by_the_event_that_it_handles() throws Exception {
        Registration orders = daybook().notifier().register("orders", ORDERS);
        try (var consumer = Consumers.consume(
                orders, event -> daybook().transact(tx -> tx.create("bill", event.entityId(), Map.of())))) {
            touch(daybook(), "o-1");
            orders.await(
                    daybook().unitOfWork().correlatedWith("c-7").transact(tx -> tx.create("order", "o-2", Map.of())),
                    LONG);
        }

        assertThat(first("bill", "o-1").causationPosition())
                .isEqualTo(order("o-1").position());
        assertThat(first("bill", "o-1").correlationId())
                .contains(daybook().id() + "/" + order("o-1").position().orElseThrow());
        assertThat(first("bill", "o-2").causationPosition())
                .isEqualTo(order("o-2").position());
        assertThat(first("bill", "o-2").correlationId()).contains("c-7");
    }

    @Test
    void a_reaction_may_say_another_cause_and_its_own_reactions_stay_in_the_conversation() throws Exception {
        Registration all = daybook().notifier().register("all", ORDERS, Topic.of("bill"));
        try (var consumer = Consumers.consume(all, event -> {
            if (event.entityType().name().equals("order")) {
                daybook().as("biller").transact(tx -> tx.create("bill", event.entityId(), Map.of()));
                daybook().unitOfWork().causedBy(1).transact(tx -> tx.create("note", event.entityId(), Map.of()));
            } else {
                daybook().transact(tx -> tx.create("mail", event.entityId(), Map.of()));
            }
        })) {
            touch(daybook(), "o-1");
            all.await(touch(daybook(), "o-2"), LONG);
            Await.until(() -> daybook().state("mail", "o-2").isPresent(), () -> "no mail");
        }

        String conversation = daybook().id() + "/" + order("o-2").position().orElseThrow();
        assertThat(first("bill", "o-2").actor()).contains("biller");
        assertThat(first("bill", "o-2").correlationId()).contains(conversation);
        assertThat(first("note", "o-2").causationPosition()).hasValue(1);
        assertThat(first("mail", "o-2").causationPosition())
                .isEqualTo(first("bill", "o-2").position());
        assertThat(first("mail", "o-2").correlationId()).contains(conversation);
    }

    @Test
    void a_transactional_consumer_reacts_to_each_event_of_a_batch_and_to_none_of_a_whole_one() throws Exception {
        Receipt last = daybook().transact(tx -> {
            tx.create("order", "o-1", Map.of());
            tx.create("order", "o-2", Map.of());
        });
        Await.sequenced(daybook());
        Registration each = daybook().notifier().register("each", ORDERS);
        Registration whole = daybook().notifier().register("whole", ORDERS);
        try (var single = Consumers.consumeInTransaction(
                        each,
                        (event, jooq) -> daybook().join(jooq, tx -> tx.create("bill", event.entityId(), Map.of())));
                var batches = new TransactionalEventConsumer(whole) {
                    @Override
                    protected void processEvent(Event event, DSLContext jooq) {
                        throw new AssertionError("batches come as a whole");
                    }

                    @Override
                    protected void processEvents(List<Event> events, DSLContext jooq) {
                        daybook().join(jooq, tx -> tx.create("batch", "b-" + events.size(), Map.of()));
                        daybook()
                                .reactingTo(events.get(0))
                                .join(jooq, tx -> tx.create("report", "b-" + events.size(), Map.of()));
                    }
                }) {
            batches.start();
            each.await(last, LONG);
            whole.await(last, LONG);
        }

        assertThat(first("bill", "o-1").causationPosition())
                .isEqualTo(order("o-1").position());
        assertThat(first("bill", "o-2").causationPosition())
                .isEqualTo(order("o-2").position());
        assertThat(first("bill", "o-2").context()).containsKey("database_user");
        assertThat(first("batch", "b-2").causationPosition()).isEmpty();
        assertThat(first("report", "b-2").causationPosition()).isEqualTo(OptionalLong.of(1));
    }

    @Test
    void what_a_consumer_leaves_open_at_one_event_does_not_count_at_the_next() throws Exception {
        Registration orders = daybook().notifier().register("orders", ORDERS);
        FailurePolicy policy = FailurePolicy.retry(2)
                .backOff(Duration.ofMillis(1), Duration.ofMillis(2))
                .thenPark();
        try (var consumer = Consumers.consume(orders, policy, event -> {
            if (event.entityId().equals("o-1")) {
                daybook().as("kim").enter();
            }
            daybook().transact(tx -> tx.create("bill", event.entityId(), Map.of()));
        })) {
            touch(daybook(), "o-1");
            orders.await(touch(daybook(), "o-2"), LONG);
        }

        assertThat(first("bill", "o-2").actor()).isEmpty();
        assertThat(first("bill", "o-2").causationPosition())
                .isEqualTo(order("o-2").position());
        assertThat(daybook().notifier().control("orders").parked(0, 10)).hasSize(1);
    }

    @Test
    void what_a_batch_leaves_open_does_not_count_in_the_next_one() throws Exception {
        Registration orders = daybook().notifier().register("orders", ORDERS);
        FailurePolicy policy = FailurePolicy.retry(1)
                .backOff(Duration.ofMillis(1), Duration.ofMillis(2))
                .thenSkip();
        try (var batches = new TransactionalEventConsumer(orders, policy) {
            @Override
            protected void processEvent(Event event, DSLContext jooq) {
                throw new AssertionError("batches come as a whole");
            }

            @Override
            protected void processEvents(List<Event> events, DSLContext jooq) {
                if (events.get(0).entityId().equals("o-1")) {
                    daybook().as("kim").enter();
                }
                daybook().join(jooq, tx -> tx.create("report", events.get(0).entityId(), Map.of()));
            }
        }) {
            batches.start();
            orders.await(touch(daybook(), "o-1"), LONG);
            orders.await(touch(daybook(), "o-2"), LONG);
        }

        assertThat(daybook().history("report", "o-1").toList()).isEmpty();
        assertThat(first("report", "o-2").actor()).isEmpty();
    }

    @Test
    void who_polls_enters_the_reaction() throws Exception {
        Registration orders = daybook().notifier().register("orders", ORDERS);
        touch(daybook(), "o-1");
        Delivery delivery = orders.poll(LONG).orElseThrow();
        try (Reaction reaction = delivery.enter()) {
            touch(daybook(), "o-2");
        }
        touch(daybook(), "o-3");
        delivery.done();

        assertThat(order("o-2").causationPosition()).hasValue(1);
        assertThat(order("o-3").causationPosition()).isEmpty();
    }

    @Test
    void nothing_can_react_to_an_event_without_a_position() {
        try (Daybook writer =
                database().daybook().sequencing(false).schema("other").open()) {
            touch(writer, "o-1");
            Event waiting = writer.history("order", "o-1").toList().get(0);
            assertThatThrownBy(() -> writer.reactingTo(waiting))
                    .isInstanceOf(InvalidEvent.class)
                    .hasMessageContaining("no position yet");
        }
    }
}
