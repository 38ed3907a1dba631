package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.daybook.Daybook;
import io.daybook.DaybookBuilder;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.FailurePolicy;
import io.daybook.database.DatabaseFailure;
import io.daybook.event.Change;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.event.Topic;
import io.daybook.event.Value;
import io.daybook.notifier.ParkedEvent;
import io.daybook.notifier.Registration;
import io.daybook.redaction.Redaction;
import io.daybook.repository.DaybookEntity;
import io.daybook.repository.EntityId;
import io.daybook.repository.EntityMapping;
import io.daybook.repository.Sensitive;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is declared sensitive is in no log, no error and nothing that is printed. */
@SuppressWarnings("try")
abstract class RedactionConformance extends Conformance {

    private static final String CANARY = "canary-7f3a";
    private static final EntityType CUSTOMER = EntityType.of("customer");

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @Override
    DaybookBuilder settings(DaybookBuilder builder) {
        return builder.sensitive("customer", "iban").sensitive("customer", "email", "iban");
    }

    @BeforeEach
    void listen() {
        log.start();
        root.addAppender(log);
    }

    @AfterEach
    void listenNoMore() {
        root.detachAppender(log);
    }

    private void assertNotLogged() {
        assertThat(log.list).allSatisfy(event -> {
            assertThat(event.getFormattedMessage()).doesNotContain(CANARY);
            if (event.getThrowableProxy() != null) {
                assertThat(ThrowableProxyUtil.asString(event.getThrowableProxy()))
                        .doesNotContain(CANARY);
            }
        });
    }

    private static String all(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private Event created() {
        daybook().transact(tx -> tx.create("customer", "c-1", Map.of("email", CANARY, "name", "Kim")));
        return daybook().history("customer", "c-1").toList().get(0);
    }

    @Test
    void what_is_declared_is_kept_and_only_grows() throws Exception {
        assertThat(daybook().sensitive().all()).isEqualTo(Map.of(CUSTOMER, new TreeSet<>(List.of("email", "iban"))));

        daybook().sensitive().declare("order", "note");
        daybook().sensitive().declare("order", "note", "address");
        daybooks.reopen();

        assertThat(daybook().sensitive().of(EntityType.of("order"))).containsExactly("address", "note");
        assertThat(daybook().sensitive().of(EntityType.of("file"))).isEmpty();
        assertThatThrownBy(() -> daybook().sensitive().declare("Order", "note")).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> daybook().sensitive().declare("order", "x", "a\0b"))
                .isInstanceOf(InvalidEvent.class);
        assertThat(count("sensitive_attributes")).isEqualTo(4);
        try (Daybook reader = database().daybook().readOnly().open()) {
            assertThat(reader.sensitive().all()).hasSize(2);
            assertThatThrownBy(() -> reader.sensitive().declare("order", "x"))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void a_mapping_declares_once_for_each_daybook_that_is_open() throws Exception {
        EntityMapping<Guest> guests = EntityMapping.of(Guest.class);
        daybook().repository(guests);
        assertThat(daybook().sensitive().of(EntityType.of("guest"))).containsExactly("email");

        execute("delete from daybook.sensitive_attributes where entity_type = 'guest'");
        daybook().repository(Guest.class);
        assertThat(daybook().sensitive().of(EntityType.of("guest")))
                .as("it was taken back, and is not looked up again")
                .isEmpty();
        daybooks.reopen();
        daybook().repository(Guest.class);
        assertThat(daybook().sensitive().of(EntityType.of("guest"))).containsExactly("email");
    }

    @DaybookEntity(type = "guest")
    private record Guest(@EntityId String id, @Sensitive String email) {}

    @Test
    void an_event_is_shown_without_what_is_sensitive_and_delivered_with_it() throws Exception {
        Event creation = created();
        daybook().transact(tx -> {
            tx.append(Change.update("customer", "c-1")
                    .attribute("iban", CANARY)
                    .metadata(Map.of("email", CANARY, "a", 1)));
            tx.update("customer", "c-1", "name", "Lee");
            tx.record("customer", "c-1", Operation.of("APPROVAL"), Map.of("iban", CANARY, "by", "lee"));
        });
        List<Event> events = daybook().history("customer", "c-1").toList();
        Redaction redaction = daybook().sensitive().redaction();

        assertThat(redaction.visible(creation).attributeValue()).contains(Value.of(Map.of("name", "Kim")));
        assertThat(redaction.hidden(creation)).containsExactly("email");
        assertThat(redaction.visible(events.get(1)).attributeValue()).isEmpty();
        assertThat(redaction.visible(events.get(1)).metadata()).isEqualTo(Map.of("a", Value.of(1)));
        assertThat(redaction.hidden(events.get(1))).containsExactly("email", "iban");
        assertThat(redaction.visible(events.get(2))).isSameAs(events.get(2));
        assertThat(redaction.visible(events.get(3)).attributeValue()).contains(Value.of(Map.of("by", "lee")));
        assertThat(Redaction.none().visible(creation)).isSameAs(creation);
        Map<String, Value> state =
                daybook().state("customer", "c-1").orElseThrow().attributes();
        assertThat(redaction.visible(CUSTOMER, state)).containsOnlyKeys("name");
        assertThat(redaction.hidden(CUSTOMER, state)).containsExactly("email", "iban");
        assertThat(creation.attributeValue().orElseThrow().members()).containsEntry("email", Value.of(CANARY));
    }

    @Test
    void nothing_that_is_printed_shows_a_value() {
        Event creation = created();

        assertThat(List.of(
                        creation.toString(),
                        creation.attributeValue().toString(),
                        Value.of(CANARY).toString(),
                        Value.of(List.of(CANARY)).toString(),
                        daybook().state("customer", "c-1").toString(),
                        daybook().trace(1).toString(),
                        daybook().ledger().entry(1).toString(),
                        Change.update("customer", "c-1")
                                .attribute("email", CANARY)
                                .toString()))
                .allSatisfy(text -> assertThat(text).doesNotContain(CANARY));
        assertThat(Value.of(CANARY)).hasToString("JSON text");
        assertThat(Value.of(null)).hasToString("JSON null");
        assertThat(Value.of(1)).hasToString("JSON number");
        assertThat(Value.of(true)).hasToString("JSON boolean");
        assertThat(Value.of(List.of())).hasToString("JSON array");
        assertThat(Value.of(Map.of())).hasToString("JSON object");
    }

    @Test
    void no_error_shows_a_value() {
        String big = CANARY + "x".repeat(1 << 21);
        List<Runnable> refused = List.of(
                () -> Change.create("customer", "c-1").attributes(CANARY),
                () -> Value.ofJson(CANARY),
                () -> Value.ofJson("{\"email\": " + CANARY + "}"),
                () -> Value.ofJson("\"" + CANARY + "\" \"" + CANARY + "\""),
                () -> Value.ofJson("[\"" + CANARY + "\", 1e999999999999]"),
                () -> Value.ofJson("[\"" + CANARY + "\", 1e99999]"),
                () -> Value.ofJson("[\"" + CANARY),
                () -> Value.of(CANARY + "\0"),
                () -> Value.of(CANARY + "\uD800"),
                () -> Value.of(CANARY).as(Integer.class),
                () -> Value.of(Map.of("a", CANARY)).as(Amount.class),
                () -> daybook().transact(tx -> tx.create("customer", "c-1", Map.of("email", big))),
                () -> daybook().transact(tx -> tx.update("customer", "c-2", "email", CANARY)));
        for (Runnable each : refused) {
            List<Throwable> thrown = new ArrayList<>();
            try {
                each.run();
            } catch (RuntimeException e) {
                thrown.add(e);
            }
            assertThat(thrown).singleElement().satisfies(e -> assertThat(all(e)).doesNotContain(CANARY));
        }
        assertNotLogged();
    }

    private record Amount(int a) {}

    @Test
    void what_the_database_says_of_a_row_is_not_repeated() throws Exception {
        // Something that the database refuses, with the row in what it says.
        execute("alter table daybook.events add constraint refused check (entity_id <> 'c-1')");

        assertThatThrownBy(() -> daybook().transact(tx -> tx.create("customer", "c-1", Map.of("email", CANARY))))
                .isInstanceOf(DatabaseFailure.class)
                .hasMessageContaining("SQLSTATE 23")
                .satisfies(e -> assertThat(all(e)).doesNotContain(CANARY));
        SQLException refused = new SQLException("Duplicate key: '" + CANARY + "'", "23505", 23505);
        refused.setNextException(new SQLException(CANARY, "23505"));
        assertThat(new DatabaseFailure("Trying", refused))
                .hasMessage("Trying failed, SQLSTATE 23505: a value or a key was refused (error code 23505)")
                .satisfies(e -> assertThat(all(e)).doesNotContain(CANARY).contains("RedactionConformance"))
                .satisfies(e -> assertThat(e.sqlState()).isEqualTo("23505"));
        assertNotLogged();
    }

    @Test
    void what_a_consumer_says_of_a_failure_is_not_shown_where_it_may_quote_what_is_sensitive() throws Exception {
        Registration mailer = daybook().notifier().register("mailer", Topic.of("customer"), Topic.of("order"));
        FailurePolicy policy = FailurePolicy.retry(2)
                .backOff(Duration.ofMillis(1), Duration.ofMillis(2))
                .thenPark();
        try (var consumer = Consumers.consume(mailer, policy, event -> {
            throw new IllegalStateException("cannot mail", new IllegalArgumentException(CANARY));
        })) {
            created();
            Receipt last = daybook().transact(tx -> tx.create("order", "o-1", Map.of()));
            mailer.await(last, LONG);
        }

        List<ParkedEvent> parked = daybook().notifier().control("mailer").parked(0, 10);
        assertThat(parked.get(0).error().orElseThrow())
                .isEqualTo(
                        "java.lang.IllegalStateException (its message is not shown, it may quote what is sensitive)");
        assertThat(parked.get(0).stackTrace().orElseThrow())
                .contains("RedactionConformance")
                .contains("Caused by: java.lang.IllegalArgumentException")
                .doesNotContain(CANARY);
        assertThat(parked.get(1).error()).contains("java.lang.IllegalStateException: cannot mail");
        List<ILoggingEvent> ofCustomers = log.list.stream()
                .filter(event -> event.getFormattedMessage().contains("customer"))
                .toList();
        assertThat(ofCustomers).isNotEmpty().allSatisfy(event -> {
            assertThat(event.getFormattedMessage()).doesNotContain(CANARY);
            if (event.getThrowableProxy() != null) {
                assertThat(ThrowableProxyUtil.asString(event.getThrowableProxy()))
                        .doesNotContain(CANARY);
            }
        });
    }
}
