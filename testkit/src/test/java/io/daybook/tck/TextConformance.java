package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.event.Change;
import io.daybook.event.Event;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.event.Value;
import io.daybook.notifier.Registration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Names, ids and other text: kept to the letter, or refused. */
abstract class TextConformance extends Conformance {

    private static final String ROCKET = "\uD83D\uDE80";

    static Stream<String> texts() {
        return Stream.of(
                " ",
                "  o-1  ",
                "\t\r\n\u0001\u001f\u007f\u0085",
                "'",
                "''; drop table events; --",
                "\"quoted\" \\back\\slash\\",
                "{a,b}",
                "{\"json\": null}",
                "NULL",
                "null",
                "${flyway:defaultSchema} :name ? ?? $1 %s",
                "daybook.events",
                "ärger ÄRGER",
                "a\u0308rger",
                "\u202Eright to left\u202C \u200F\u05D0\u05D1",
                "\uFEFF\uFFFE\uFFFF",
                ROCKET + "\uD834\uDD1E",
                "\u2028\u2029\u00A0\u3000",
                "ß",
                ROCKET.repeat(200));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void text_comes_back_to_the_letter_from_everywhere(String text) throws Exception {
        Registration registration = daybook()
                .notifier()
                .register(
                        "of " + text.codePointCount(0, text.length()),
                        Topic.of("order").entity(text));
        daybook()
                .as(text)
                .because(text)
                .correlatedWith(text)
                .within(Map.of(text, text))
                .transact(tx -> {
                    tx.create("order", text, Map.of(text, text));
                    tx.append(Change.update("order", text)
                            .attribute(text, List.of(text))
                            .metadata(Map.of(text, text)));
                });
        List<Event> events = daybook().history("order", text).toList();
        assertThat(events).hasSize(2);
        for (Event event : events) {
            assertThat(event.entityId()).isEqualTo(text);
            assertThat(event.actor()).contains(text);
            assertThat(event.reason()).contains(text);
            assertThat(event.correlationId()).contains(text);
            assertThat(event.context()).containsEntry(text, Value.of(text));
        }
        assertThat(events.get(0).attributeValue().orElseThrow().members()).isEqualTo(Map.of(text, Value.of(text)));
        assertThat(events.get(1).attributeName()).contains(text);
        assertThat(events.get(1).attributeValue()).contains(Value.of(List.of(text)));
        assertThat(events.get(1).metadata()).isEqualTo(Map.of(text, Value.of(text)));
        assertThat(daybook().state("order", text).orElseThrow().attribute(text)).contains(Value.of(List.of(text)));
        assertThat(registration.poll(LONG).orElseThrow().event()).isEqualTo(ledger().get(0));
        assertThat(registration.poll(LONG).orElseThrow().event()).isEqualTo(ledger().get(1));
        assertThat(daybook().verify().isClean()).isTrue();
    }

    @Test
    void texts_that_look_alike_are_different() {
        for (String id : List.of("a", "A", "a ", " a", "ä", "a\u0308", "\u0430")) {
            daybook().transact(tx -> tx.create("order", id));
        }
        assertThat(ledger()).extracting(Event::version).containsOnly(1L);
    }

    static Stream<String> unkeepable() {
        return Stream.of("\0", "a\0b", "\uD83D", "a\uD83Db", "\uDE80", "\uDE80\uD83D", ROCKET + "\uD83D");
    }

    @ParameterizedTest
    @MethodSource("unkeepable")
    void text_that_cannot_be_kept_is_refused_everywhere(String text) throws Exception {
        assertThatThrownBy(() -> Change.create("order", text)).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> Change.create("o" + text, "o-1")).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> Operation.of("A" + text)).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> Change.update("order", "o-1").attribute(text)).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> Change.update("order", "o-1").attribute("a", text))
                .isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> Change.update("order", "o-1").attribute("a", Map.of(text, 1)))
                .isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> Change.update("order", "o-1").attribute("a", List.of(Map.of("b", List.of(text)))))
                .isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> Change.update("order", "o-1").metadata(Map.of(text, 1)))
                .isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> Change.update("order", "o-1").metadata(Map.of("a", text)))
                .isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> daybook().as(text)).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> daybook().unitOfWork().because(text)).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> daybook().unitOfWork().correlatedWith(text)).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> daybook().unitOfWork().within(Map.of("a", text)))
                .isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> daybook().once(text)).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> daybook().notifier().register(text)).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> Topic.of("order").entity(text)).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> Topic.of("order").attribute(text)).isInstanceOf(InvalidEvent.class);
        assertThat(count("events")).isZero();
    }

    @Test
    void the_causing_event_has_a_position() {
        assertThatThrownBy(() -> daybook().unitOfWork().causedBy(0)).isInstanceOf(InvalidEvent.class);
        daybook().unitOfWork().causedBy(Long.MAX_VALUE).transact(tx -> tx.create("order", "o-1"));
        assertThat(history("o-1").get(0).causationPosition()).hasValue(Long.MAX_VALUE);
    }

    @Test
    void names_have_two_hundred_characters_and_not_one_more() {
        for (String longest : List.of("o".repeat(200), "o".repeat(198) + "_o")) {
            daybook().as(longest).correlatedWith(longest).transact(tx -> tx.create(longest, longest));
            assertThat(daybook().state(longest, longest)).isPresent();
        }
        String longOperation = "A".repeat(200);
        String rockets = ROCKET.repeat(200);
        daybook()
                .as(rockets)
                .correlatedWith(rockets)
                .because(ROCKET.repeat(2_000))
                .transact(tx -> {
                    tx.record("order", rockets, Operation.of(longOperation));
                    tx.append(Change.act("order", rockets, Operation.of(longOperation))
                            .attribute(rockets));
                });
        Event event = daybook().history("order", rockets).toList().get(1);
        assertThat(event.attributeName()).contains(rockets);
        assertThat(event.actor()).contains(rockets);
        assertThat(event.reason()).contains(ROCKET.repeat(2_000));
        assertThat(event.operation().name()).isEqualTo(longOperation);

        for (String tooLong : List.of("o".repeat(201), ROCKET.repeat(201))) {
            assertThatThrownBy(() -> Change.create("order", tooLong)).isInstanceOf(InvalidEvent.class);
            assertThatThrownBy(() -> Change.update("order", "o-1").attribute(tooLong))
                    .isInstanceOf(InvalidEvent.class);
            assertThatThrownBy(() -> daybook().as(tooLong)).isInstanceOf(InvalidEvent.class);
            assertThatThrownBy(() -> daybook().unitOfWork().correlatedWith(tooLong))
                    .isInstanceOf(InvalidEvent.class);
            assertThatThrownBy(() -> daybook().notifier().register(tooLong)).isInstanceOf(InvalidEvent.class);
        }
        assertThatThrownBy(() -> Change.create("o".repeat(201), "o-1")).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> Operation.of("A".repeat(201))).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> daybook().unitOfWork().because("x".repeat(2_001)))
                .isInstanceOf(InvalidEvent.class);
    }

    @Test
    void an_id_is_not_empty_but_an_actor_may_be() {
        assertThatThrownBy(() -> Change.create("order", "")).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> Change.create("", "o-1")).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> daybook().notifier().register("")).isInstanceOf(InvalidEvent.class);
        daybook().as("").because("").correlatedWith("").within(Map.of()).transact(tx -> {
            tx.create("order", "o-1", Map.of("", ""));
            tx.update("order", "o-1", "", "");
        });
        Event event = history("o-1").get(1);
        assertThat(event.actor()).as("empty is not null").contains("");
        assertThat(event.reason()).contains("");
        assertThat(event.attributeName()).contains("");
        assertThat(event.attributeValue()).contains(Value.of(""));
        assertThat(daybook().verify().isClean()).isTrue();
    }

    @Test
    void something_happened_in_the_years_one_to_9999() {
        List<Instant> legal = List.of(
                Instant.parse("0001-01-01T00:00:00Z"),
                Instant.parse("0001-01-01T00:00:00.000001Z"),
                Instant.parse("0099-12-31T23:59:59.5Z"),
                Instant.parse("1582-10-04T12:00:00Z"),
                Instant.parse("1582-10-10T12:00:00Z"),
                Instant.parse("1582-10-15T12:00:00Z"),
                Instant.parse("1883-11-18T17:00:00Z"),
                Instant.EPOCH,
                Instant.parse("1969-12-31T23:59:59.999999Z"),
                Instant.parse("2024-02-29T23:59:59.999999Z"),
                Instant.parse("2024-04-06T14:00:00Z"),
                Instant.parse("9999-12-31T23:59:59.999999Z"));
        daybook().transact(tx -> {
            for (Instant instant : legal) {
                tx.append(Change.act("order", "o-1", Operation.of("SEEN")).occurredAt(instant));
            }
            tx.append(Change.act("order", "o-1", Operation.of("SEEN"))
                    .occurredAt(Instant.parse("1969-12-31T23:59:59.999999999Z")));
        });
        List<Event> events = history("o-1");
        assertThat(events.subList(0, legal.size()))
                .extracting(Event::creationDate)
                .isEqualTo(legal);
        assertThat(events.get(legal.size()).creationDate())
                .as("truncated, not rounded")
                .isEqualTo(Instant.parse("1969-12-31T23:59:59.999999Z"));
        assertThat(ledger()).extracting(Event::creationDate).startsWith(legal.toArray(Instant[]::new));
        assertThat(daybook().verify().problem()).isEmpty();

        Change change = Change.create("order", "o-1");
        for (Instant illegal : List.of(
                Instant.parse("0000-12-31T23:59:59.999999Z"),
                Instant.parse("9999-12-31T23:59:59.999999001Z"),
                Instant.parse("+10000-01-01T00:00:00Z"),
                Instant.MIN,
                Instant.MAX)) {
            assertThatThrownBy(() -> change.occurredAt(illegal)).isInstanceOf(InvalidEvent.class);
        }
    }
}
