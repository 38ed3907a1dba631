package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.Daybook;
import io.daybook.ImportRefused;
import io.daybook.Importer;
import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.event.Value;
import io.daybook.ledger.LedgerPoint;
import io.daybook.ledger.Verification;
import io.daybook.testkit.Await;
import io.daybook.testkit.Seeds;
import io.daybook.testkit.TestDatabase;
import io.daybook.transfer.EventCopy;
import io.daybook.transfer.Export;
import io.daybook.transfer.Exported;
import io.daybook.transfer.Selection;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is exported of one daybook comes back in another. */
abstract class TransferConformance extends Conformance {

    private static final String LOG = """
            select l.position, e.entity_type, e.entity_id, e.version, e.operation, e.attribute_name, e.attribute_value,
                   e.metadata, e.creation_date, e.transaction_id, e.actor, e.reason, e.correlation_id,
                   e.causation_position, e.context, e.value_digest, e.metadata_digest,
                   case when e.salt is null then 'no salt' else 'salt' end
            from daybook.events e
            left join daybook.ledger l on l.event_id = e.event_id
            order by l.position
            """;

    private TestDatabase source;

    @BeforeEach
    void open() {
        source = newDatabase();
    }

    @AfterEach
    void close() throws Exception {
        source.close();
    }

    @Test
    void everything_comes_back_equal() throws Exception {
        writeEverything();
        List<EventCopy> events = exported(Selection.EVERYTHING);
        assertThat(order(events, "a", "b")).containsExactly("a", "b", "a", "b");

        Importer.Result result = imported(events);

        assertThat(result).isEqualTo(new Importer.Result(events.size(), 0));
        assertThat(log(database())).isEqualTo(log(source)).hasSize(events.size());
        Verification verification = daybook().verify();
        assertThat(verification.isClean()).isTrue();
        assertThat(verification.erased()).isEqualTo(1);
        assertThat(exported(database(), Selection.EVERYTHING)).isEqualTo(events);
        assertThat(imported(events)).isEqualTo(new Importer.Result(0, events.size()));
        assertThat(daybook().state("order", "a").orElseThrow().attribute("n")).contains(Value.of(2));
    }

    private void writeEverything() throws Exception {
        try (Daybook daybook = source.daybook().sequencing(false).open()) {
            List<String> ids =
                    List.of("../../x", "'; drop table events; --", "\u202Eright to left", "\uD83D\uDE00", "\"\\\n");
            for (String id : ids) {
                daybook.as(id)
                        .because(id)
                        .correlatedWith(id)
                        .within(Map.of(id, id))
                        .transact(tx -> {
                            tx.create("order", id, Map.of(id, id));
                            tx.append(
                                    Change.update("order", id).attribute(id, id).metadata(Map.of(id, id)));
                        });
            }
            Random random = Seeds.random();
            Object deepest = 1;
            for (int i = 0; i < 99; i++) {
                deepest = List.of(deepest);
            }
            Map<String, Object> attributes = Map.of(
                    "deep",
                    deepest,
                    "large",
                    "\u00e4\uD83D\uDE00\"".repeat(100_000),
                    "number",
                    new BigDecimal("12345678901234567890.12345678901234567890"),
                    "random",
                    RandomJson.value(random, 4));
            daybook.as("kim").causedBy(3).transact(tx -> {
                tx.create("order", "odd", attributes);
                tx.update("order", "odd", "null", null);
                tx.append(Change.update("order", "odd").attribute("none"));
                tx.append(Change.update("order", "odd")
                        .attribute("old", 1)
                        .occurredAt(Instant.parse("0001-01-01T00:00:00Z")));
                tx.append(Change.update("order", "odd")
                        .attribute("precise", 1)
                        .occurredAt(Instant.parse("2024-02-29T12:00:00.123456Z")));
                tx.record("order", "odd", Operation.of("ACT"), null);
                tx.record("order", "odd", Operation.of("ACT"));
                tx.delete("order", "odd");
                tx.append(Change.create("order", "odd"));
                tx.record("order", "never", Operation.of("APPROVAL"), Map.of("by", "kim"));
            });
            daybook.unitOfWork().within(Map.of()).transact(tx -> tx.create("order", "empty"));
            interleave(daybook);
            daybook.notifier().register("billing", Topic.of("order"));
            daybook.notifier()
                    .control("billing")
                    .as("kim")
                    .because("for a test")
                    .pause();
            daybook.transact(tx -> tx.append(Change.create("order", "erased")
                    .attributes(Map.of("name", "kim"))
                    .metadata(Map.of("m", 1))));
        }
        String digest = isPostgresql() ? "'\\x%s'::bytea" : "x'%s'";
        try (Connection connection = source.connect();
                PreparedStatement erase = connection.prepareStatement(
                        "update daybook.events set attribute_value = null, metadata = null, salt = null, value_digest = %s, metadata_digest = %s where entity_id = 'erased'"
                                .formatted(digest.formatted("ab".repeat(32)), digest.formatted("cd".repeat(32))))) {
            erase.executeUpdate();
        }
        sequence();
    }

    /** Two transactions whose events lie between each other in the ledger. */
    private void interleave(Daybook daybook) throws SQLException {
        try (Connection one = source.connect();
                Connection other = source.connect()) {
            one.setAutoCommit(false);
            other.setAutoCommit(false);
            daybook.as("one").join(one, tx -> tx.create("order", "a", Map.of("n", 1)));
            daybook.as("other").join(other, tx -> tx.create("order", "b", Map.of("n", 1)));
            daybook.as("one again").join(one, tx -> tx.update("order", "a", "n", 2));
            daybook.join(other, tx -> tx.update("order", "b", "n", 2));
            one.commit();
            other.commit();
        }
    }

    private void sequence() {
        try (Daybook daybook = source.daybook().open()) {
            Await.sequenced(daybook);
        }
    }

    private static List<String> order(List<EventCopy> events, String... ids) {
        return events.stream()
                .map(event -> event.entity().id())
                .filter(List.of(ids)::contains)
                .toList();
    }

    @Test
    void units_of_work_that_lie_between_each_other_come_together_or_not_at_all() throws Exception {
        try (Daybook daybook = source.daybook().sequencing(false).open()) {
            interleave(daybook);
        }
        sequence();
        List<EventCopy> events = exported(Selection.EVERYTHING);
        assertThat(events).extracting(EventCopy::transactionEvents).containsOnly(2L);

        assertThatThrownBy(() -> imported(events.subList(0, 3)))
                .isInstanceOf(ImportRefused.class)
                .hasMessageContaining("lacks 1 more");
        assertThat(count("events")).isZero();
        imported(events);
        assertThat(log(database())).isEqualTo(log(source));
    }

    @Test
    void everything_is_exported_up_to_where_no_unit_of_work_is_cut() throws Exception {
        writeActs(2);
        try (Daybook daybook = source.daybook().sequencing(false).open()) {
            interleave(daybook);
        }
        sequence();
        List<EventCopy> events = exported(Selection.EVERYTHING);
        assertThat(events).hasSize(6);
        takePositionAway(6);

        List<EventCopy> whole = exported(Selection.EVERYTHING);

        assertThat(whole)
                .as("the last unit began at 4, and 3 is of one that ends at 5")
                .isEqualTo(events.subList(0, 2));
        assertThat(imported(whole)).isEqualTo(new Importer.Result(2, 0));
        assertThat(exported(types("order"))).as("a selection").hasSize(5);
        try (Daybook daybook = source.daybook().readOnly().open()) {
            assertThat(daybook.export(Selection.EVERYTHING).heldBack()).isEqualTo(3);
        }
    }

    /** As between two rounds of the sequencer. */
    private void takePositionAway(long position) throws SQLException {
        try (Connection connection = source.connect();
                PreparedStatement forget =
                        connection.prepareStatement("delete from daybook.ledger where position = " + position)) {
            forget.executeUpdate();
        }
    }

    @Test
    void an_import_that_broke_off_goes_on_behind_what_is_there() throws Exception {
        writeActs(600, 450, 50);
        List<EventCopy> events = exported(Selection.EVERYTHING);
        try (Importer importer = daybook().importer()) {
            events.subList(0, 1_080).forEach(importer::append);
        }
        Await.sequenced(daybook());
        assertThat(count("events")).as("whole units of work").isEqualTo(1_050);

        assertThat(imported(events)).isEqualTo(new Importer.Result(50, 1_050));

        assertThat(log(database())).isEqualTo(log(source));
        assertThat(daybook().verify().isClean()).isTrue();
    }

    private void writeActs(int... sizes) {
        try (Daybook daybook = source.daybook().open()) {
            for (int size : sizes) {
                daybook.transact(tx -> {
                    for (int i = 0; i < size; i++) {
                        tx.record("order", "o-" + i % 7, Operation.of("ACT"), i);
                    }
                });
            }
            Await.sequenced(daybook);
        }
    }

    @Test
    void what_is_half_erased_is_refused_as_it_would_never_verify() throws Exception {
        writeActs(1);
        EventCopy event = exported(Selection.EVERYTHING).get(0);
        Optional<Value> value = event.attributeValue();
        Optional<Value> metadata = Optional.of(Value.of(Map.of("m", 1)));
        Optional<String> digest = Optional.of("ab".repeat(32));

        assertHalfErased(content(event, Optional.empty(), digest, Optional.empty(), Optional.empty()));
        assertHalfErased(content(event, Optional.empty(), Optional.empty(), Optional.empty(), digest));
        assertHalfErased(content(event, Optional.empty(), digest, metadata, Optional.empty()));
        assertHalfErased(content(event, value, digest, Optional.empty(), digest));
        assertHalfErased(content(event, Optional.empty(), digest, metadata, digest));
        assertThat(count("events")).isZero();

        imported(List.of(content(event, Optional.empty(), digest, Optional.empty(), digest)));
        assertThat(daybook().verify().isClean()).isTrue();
    }

    private void assertHalfErased(EventCopy event) {
        assertThatThrownBy(() -> imported(List.of(event)))
                .isInstanceOf(InvalidEvent.class)
                .hasMessageContaining("neither whole nor erased");
    }

    private static EventCopy content(
            EventCopy event,
            Optional<Value> value,
            Optional<String> valueDigest,
            Optional<Value> metadata,
            Optional<String> metadataDigest) {
        return new EventCopy(
                event.position(),
                event.entity(),
                event.version(),
                event.operation(),
                event.attributeName(),
                value,
                valueDigest,
                metadata,
                metadataDigest,
                event.creationDate(),
                event.transactionId(),
                event.transactionEvents(),
                event.actor(),
                event.reason(),
                event.correlationId(),
                event.causationPosition(),
                event.context());
    }

    @Test
    void what_cannot_be_the_next_event_is_refused_and_nothing_of_it_is_written() throws Exception {
        try (Daybook daybook = source.daybook().open()) {
            daybook.transact(tx -> tx.create("order", "a", Map.of()));
            daybook.transact(tx -> tx.update("order", "a", "n", 1));
            daybook.transact(tx -> tx.update("order", "a", "n", 2));
            Await.sequenced(daybook);
        }
        List<EventCopy> events = exported(Selection.EVERYTHING);
        EventCopy third = events.get(2);

        assertRefused("Position 2 comes after position 0", events.subList(1, 3));
        assertRefused("Position 3 comes after position 1", List.of(events.get(0), third));
        assertRefused("Position 1 comes after position 1", List.of(events.get(0), events.get(0)));
        assertRefused("Position 1 comes after position 2", List.of(events.get(0), events.get(1), events.get(0)));
        assertRefused(
                "Version 4 of order a comes after version 2",
                List.of(events.get(0), events.get(1), versioned(third, 4)));
        assertRefused(
                "Version 2 of order a comes after version 2",
                List.of(events.get(0), events.get(1), versioned(third, 2)));
        assertRefused(
                "UPDATE of order z at version 1: the entity is not there",
                List.of(events.get(0), events.get(1), of(third, "z", 1)));
        assertRefused("lacks 1 more", List.of(sized(events.get(0), 2)));
        assertThat(count("events")).isZero();
    }

    private void assertRefused(String message, List<EventCopy> events) {
        assertThatThrownBy(() -> imported(events))
                .isInstanceOf(ImportRefused.class)
                .hasMessageContaining(message);
    }

    @Test
    void a_daybook_with_other_events_takes_no_import() throws Exception {
        writeActs(3);
        List<EventCopy> events = exported(Selection.EVERYTHING);
        daybook().transact(tx -> tx.create("order", "mine"));

        assertRefused("Position 1 of this daybook is another event", events);

        assertThat(count("events")).isEqualTo(1);
    }

    @Test
    void an_import_ends_where_somebody_else_appends() throws Exception {
        writeActs(1_000, 1);
        List<EventCopy> events = exported(Selection.EVERYTHING);
        try (Importer importer = daybook().importer()) {
            events.subList(0, 1_000).forEach(importer::append);
            daybook().transact(tx -> tx.create("order", "mine"));
            importer.append(events.get(1_000));
            assertThatThrownBy(importer::finish)
                    .isInstanceOf(ImportRefused.class)
                    .hasMessageContaining("Somebody else appended");
            assertThatThrownBy(() -> importer.append(events.get(1_000))).isInstanceOf(IllegalStateException.class);
        }
        assertThat(count("events")).isEqualTo(1_001);
    }

    @Test
    void an_export_has_what_is_selected_in_the_order_of_the_ledger() throws Exception {
        Random random = Seeds.random();
        Instant day = Instant.parse("2024-03-01T00:00:00Z");
        try (Daybook daybook = source.daybook().open()) {
            for (int unit = 0; unit < 30; unit++) {
                String type = random.nextBoolean() ? "order" : "file";
                String id = "e-" + unit;
                Instant occurred = day.plusSeconds(unit);
                daybook.as("actor-" + unit % 3).correlatedWith("c-" + unit % 5).transact(tx -> {
                    tx.append(Change.create(type, id).attributes(Map.of()).occurredAt(occurred));
                    for (int i = 0; i < 10; i++) {
                        tx.append(Change.update(type, id)
                                .attribute("n-" + i % 4, i)
                                .occurredAt(occurred));
                    }
                });
            }
            Await.sequenced(daybook);
        }
        List<Event> all;
        try (Daybook daybook = source.daybook().open()) {
            all = ledger(daybook);
        }
        UUID unit = all.get(150).transactionId();

        assertSelected(all, Selection.EVERYTHING, event -> true);
        assertSelected(all, types("file"), event -> event.entityType().name().equals("file"));
        assertSelected(all, types("file", "order"), event -> true);
        assertSelected(all, types("nothing"), event -> false);
        assertSelected(
                all,
                Selection.builder()
                        .entityIds(List.of("e-7", "e-8"))
                        .operations(List.of(Operation.UPDATE))
                        .attributeNames(List.of("n-1"))
                        .build(),
                event -> List.of("e-7", "e-8").contains(event.entityId())
                        && event.attributeName().equals(Optional.of("n-1")));
        assertSelected(
                all,
                Selection.builder()
                        .actors(List.of("actor-1"))
                        .correlationIds(List.of("c-2", "c-3"))
                        .positions(OptionalLong.of(70), OptionalLong.of(250))
                        .occurred(Optional.of(day.plusSeconds(5)), Optional.of(day.plusSeconds(25)))
                        .build(),
                event -> event.actor().equals(Optional.of("actor-1"))
                        && List.of("c-2", "c-3").contains(event.correlationId().orElseThrow())
                        && event.position().getAsLong() >= 70
                        && event.position().getAsLong() <= 250
                        && !event.creationDate().isBefore(day.plusSeconds(5))
                        && event.creationDate().isBefore(day.plusSeconds(25)));
        Instant from = all.get(100).recordedAt().orElseThrow();
        Instant to = all.get(300).recordedAt().orElseThrow();
        assertSelected(
                all,
                Selection.builder().recorded(Optional.of(from), Optional.of(to)).build(),
                event -> !event.recordedAt().orElseThrow().isBefore(from)
                        && event.recordedAt().orElseThrow().isBefore(to));
        assertSelected(
                all,
                Selection.builder().transactionIds(List.of(unit)).build(),
                event -> event.transactionId().equals(unit));
    }

    private static Selection types(String... types) {
        return Selection.builder()
                .entityTypes(Stream.of(types).map(EntityType::new).toList())
                .build();
    }

    private void assertSelected(List<Event> all, Selection selection, Predicate<Event> expected) {
        assertThat(exported(selection))
                .extracting(EventCopy::position)
                .isEqualTo(all.stream()
                        .filter(expected)
                        .map(event -> event.position().getAsLong())
                        .toList());
    }

    private List<EventCopy> exported(Selection selection) {
        return exported(source, selection);
    }

    private static List<EventCopy> exported(TestDatabase database, Selection selection) {
        try (Daybook daybook = database.daybook().readOnly().open()) {
            Export export = daybook.export(selection);
            List<EventCopy> events = new ArrayList<>();
            LedgerPoint place = export.begin();
            boolean atEnd = false;
            while (!atEnd) {
                Export.Page page = export.after(place);
                page.events().stream().map(Exported::event).forEach(events::add);
                place = page.lookedUntil();
                atEnd = page.atEnd();
            }
            return events;
        }
    }

    private Importer.Result imported(List<EventCopy> events) throws InterruptedException {
        try (Importer importer = daybook().importer()) {
            events.forEach(importer::append);
            return importer.finish();
        }
    }

    private static List<List<String>> log(TestDatabase database) throws SQLException {
        try (Connection connection = database.connect();
                PreparedStatement query = connection.prepareStatement(LOG);
                ResultSet rows = query.executeQuery()) {
            List<List<String>> log = new ArrayList<>();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                    row.add(rows.getString(column));
                }
                log.add(row);
            }
            return log;
        }
    }

    private static EventCopy versioned(EventCopy event, long version) {
        return of(event, event.entity().id(), version);
    }

    private static EventCopy of(EventCopy event, String id, long version) {
        return changed(event, EntityRef.of("order", id), version, event.transactionEvents());
    }

    private static EventCopy sized(EventCopy event, long transactionEvents) {
        return changed(event, event.entity(), event.version(), transactionEvents);
    }

    private static EventCopy changed(EventCopy event, EntityRef entity, long version, long transactionEvents) {
        return new EventCopy(
                event.position(),
                entity,
                version,
                event.operation(),
                event.attributeName(),
                event.attributeValue(),
                event.valueDigest(),
                event.metadata(),
                event.metadataDigest(),
                event.creationDate(),
                event.transactionId(),
                transactionEvents,
                event.actor(),
                event.reason(),
                event.correlationId(),
                event.causationPosition(),
                event.context());
    }
}
