package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.Daybook;
import io.daybook.DaybookBuilder;
import io.daybook.EntityDeleted;
import io.daybook.EntityExists;
import io.daybook.EntityNotFound;
import io.daybook.VersionConflict;
import io.daybook.event.Change;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.event.Value;
import io.daybook.repository.AttributeDifference;
import io.daybook.repository.EntityMapping;
import io.daybook.repository.EntityVersion;
import io.daybook.repository.InvalidEntity;
import io.daybook.repository.InvalidMapping;
import io.daybook.repository.Loaded;
import io.daybook.repository.Repository;
import io.daybook.repository.UnreadableEntity;
import io.daybook.testkit.Await;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Entities as records and beans: what is appended, and what comes back. */
abstract class RepositoryConformance extends Conformance {

    record Line(String article, int pieces) {}

    record Order(
            String id,
            String status,
            @Nullable BigDecimal total,
            List<Line> lines,
            Set<String> labels,
            Map<String, Integer> points,
            Optional<String> note) {

        Order status(String newStatus) {
            return new Order(id, newStatus, total, lines, labels, points, note);
        }

        Order total(String newTotal) {
            return new Order(id, status, new BigDecimal(newTotal), lines, labels, points, note);
        }
    }

    record Customer(String id, String name) {}

    static final class Account {
        public String id = "";
        public long balance;
    }

    @Override
    DaybookBuilder settings(DaybookBuilder builder) {
        return builder.poolSize(4);
    }

    private Repository<Order> orders() {
        return daybook().repository(Order.class);
    }

    private static Order order(String id) {
        return new Order(
                id,
                "new",
                new BigDecimal("42"),
                List.of(new Line("nails", 100), new Line("hammer", 1)),
                new LinkedHashSet<>(List.of("b", "a")),
                Map.of("kim", 3, "ada", 4),
                Optional.empty());
    }

    private Loaded<Order> found(String id) {
        return orders().find(id).orElseThrow();
    }

    private List<String> said(String id) {
        return history(id).stream()
                .map(event -> event.operation()
                        + event.attributeName().map(name -> " " + name).orElse(""))
                .toList();
    }

    @Test
    void an_entity_is_created_found_saved_and_deleted() {
        Instant first = daybooks.clock().instant();
        Receipt created = orders().as("kim").because("customer called").create(order("o-1"));
        assertThat(created.events()).hasSize(1);
        Loaded<Order> loaded = found("o-1");
        assertThat(loaded.entity()).isEqualTo(order("o-1"));
        assertThat(loaded.version()).isEqualTo(1);
        assertThat(loaded.created()).isEqualTo(first);
        assertThat(loaded.changed()).isEqualTo(first);
        assertThat(loaded).hasToString("order o-1, version 1");

        Instant second = daybooks.clock().tick(Duration.ofHours(1));
        Order changed = new Order(
                "o-1",
                "paid",
                new BigDecimal("42.0"),
                List.of(new Line("hammer", 1), new Line("nails", 100)),
                new LinkedHashSet<>(List.of("a", "b")),
                Map.of("ada", 4, "kim", 3),
                Optional.of("gift"));
        assertThat(orders().as("ada").save(loaded.with(changed)).events()).hasSize(3);
        assertThat(said("o-1")).containsExactly("CREATION", "UPDATE status", "UPDATE lines", "UPDATE note");
        assertThat(found("o-1").entity()).isEqualTo(changed.total("42"));
        assertThat(found("o-1").created()).isEqualTo(first);
        assertThat(found("o-1").changed()).isEqualTo(second);
        List<Event> events = history("o-1");
        assertThat(events.get(0).actor()).contains("kim");
        assertThat(events.get(0).reason()).contains("customer called");
        assertThat(events.get(3).actor()).contains("ada");
        assertThat(events).allMatch(event -> event.metadata().equals(Map.of("schema_version", Value.of(1))));
        assertThat(events.subList(1, 4))
                .extracting(Event::transactionId)
                .containsOnly(events.get(1).transactionId());

        orders().delete(found("o-1"));
        assertThat(orders().find("o-1")).isEmpty();
        assertThat(said("o-1").get(4)).isEqualTo("DELETION");
        orders().create(order("o-1"));
        orders().delete("o-1");
        assertThatThrownBy(() -> orders().delete("o-1")).isInstanceOf(EntityDeleted.class);
        assertThatThrownBy(() -> orders().delete("o-2")).isInstanceOf(EntityNotFound.class);
    }

    @Test
    void saving_what_did_not_change_appends_nothing() {
        orders().create(order("o-1"));
        Loaded<Order> loaded = found("o-1");
        assertThat(orders().save(loaded).events()).isEmpty();
        assertThat(orders().save(loaded.with(order("o-1").total("42.00"))).events())
                .isEmpty();
        daybook().transact(tx -> {
            tx.create("order", "o-2", Map.of("status", "new", "labels", List.of("z", "a"), "unknown", 1));
        });
        assertThat(orders().save(found("o-2")).events()).isEmpty();
        assertThat(said("o-2")).hasSize(1);
    }

    @Test
    void what_the_class_does_not_know_is_left_alone() {
        daybook().transact(tx -> tx.create("order", "o-2", Map.of("status", "new", "unknown", 1)));
        Loaded<Order> loaded = found("o-2");
        assertThat(loaded.entity().total()).isNull();
        assertThat(loaded.entity().note()).isEmpty();
        orders().save(loaded.with(loaded.entity().status("paid")));
        assertThat(said("o-2")).containsExactly("CREATION", "UPDATE status");
        assertThat(daybook().state("order", "o-2").orElseThrow().attribute("unknown"))
                .contains(Value.of(1));
    }

    @Test
    void who_saves_an_older_version_is_told() {
        orders().create(order("o-1"));
        Loaded<Order> kim = found("o-1");
        Loaded<Order> ada = found("o-1");
        orders().save(kim.with(kim.entity().status("paid")));
        assertThatThrownBy(() -> orders().save(ada.with(ada.entity().total("43"))))
                .isInstanceOf(VersionConflict.class)
                .hasMessageContaining("expected version 1 of order o-1, found 2");
        assertThatThrownBy(() -> orders().delete(ada)).isInstanceOf(VersionConflict.class);
        assertThat(versions("o-1")).isEqualTo(upTo(2));
        assertThatThrownBy(() -> orders().create(order("o-1"))).isInstanceOf(EntityExists.class);
    }

    @Test
    void a_bean_is_changed_in_place() {
        Repository<Account> accounts = daybook().repository(Account.class);
        Account account = new Account();
        account.id = "a-1";
        account.balance = 5;
        accounts.create(account);
        Loaded<Account> loaded = accounts.find("a-1").orElseThrow();
        loaded.entity().balance = 7;
        accounts.save(loaded);
        assertThat(accounts.find("a-1").orElseThrow().entity().balance).isEqualTo(7);
        assertThat(accounts.find("a-1").orElseThrow().version()).isEqualTo(2);
    }

    @Test
    void several_repositories_and_rows_of_the_application_share_a_transaction() throws Exception {
        execute("create table shipped (id varchar(20))");
        Repository<Customer> customers = daybook().repository(Customer.class);
        orders().create(order("o-1"));
        Loaded<Order> loaded = found("o-1");
        try (Connection connection = transaction();
                Statement statement = connection.createStatement()) {
            for (boolean commit : new boolean[] {false, true}) {
                statement.execute("insert into shipped values ('o-1')");
                daybook().as("kim").join(connection, tx -> {
                    customers.in(tx).create(new Customer("c-1", "Lee"));
                    orders().in(tx).save(loaded.with(loaded.entity().status("sent")));
                    tx.record("order", "o-1", Operation.of("APPROVAL"));
                });
                if (commit) {
                    connection.commit();
                } else {
                    connection.rollback();
                    assertThat(versions("o-1")).isEqualTo(upTo(1));
                    assertThat(customers.find("c-1")).isEmpty();
                }
            }
        }
        assertThat(text("select count(*) from shipped")).isEqualTo("1");
        assertThat(said("o-1")).containsExactly("CREATION", "UPDATE status", "APPROVAL");
        Event creation = daybook().history("customer", "c-1").toList().get(0);
        assertThat(creation.transactionId()).isEqualTo(history("o-1").get(1).transactionId());
        assertThat(history("o-1").get(1).actor()).contains("kim");
    }

    @Test
    void a_unit_of_work_changes_an_entity_once() throws Exception {
        orders().create(order("o-1"));
        Loaded<Order> loaded = found("o-1");
        assertThatThrownBy(() -> daybook().transact(tx -> {
                    orders().in(tx).save(loaded.with(loaded.entity().status("paid")));
                    orders().in(tx).save(loaded);
                }))
                .isInstanceOf(InvalidEntity.class)
                .hasMessageContaining("changed order o-1 already");
        assertThatThrownBy(() -> daybook().transact(tx -> {
                    orders().in(tx).create(order("o-2"));
                    orders().in(tx).create(order("o-2"));
                }))
                .isInstanceOf(InvalidEntity.class);
        assertThat(count("events")).isEqualTo(1);
        daybook().transact(tx -> {
            tx.record("order", "o-1", Operation.of("APPROVAL"));
            orders().in(tx).delete(loaded);
        });
        assertThat(said("o-1")).containsExactly("CREATION", "APPROVAL", "DELETION");
    }

    @Test
    void entities_are_listed_and_asked_for_in_the_order_of_their_ids() {
        for (String id : List.of("o-3", "o-1", "o-5", "o-2", "o-4")) {
            orders().create(order(id));
        }
        daybook().transact(tx -> tx.record("order", "o-0", Operation.of("APPROVAL")));
        orders().save(found("o-2").with(order("o-2").status("paid")));
        orders().save(found("o-4").with(order("o-4").status("paid").total("50.0")));
        orders().delete("o-3");
        daybook().transact(tx -> tx.create("order_line", "o-1"));
        assertThat(ids(orders().list())).containsExactly("o-1", "o-2", "o-4", "o-5");
        assertThat(ids(orders().where("status", "paid"))).containsExactly("o-2", "o-4");
        assertThat(ids(orders().where("status", "paid").where("total", 50))).containsExactly("o-4");
        assertThat(ids(orders().where("note", null)
                        .where(order -> order.status().equals("new"))))
                .containsExactly("o-1", "o-5");
        assertThat(ids(orders().where("labels", Set.of("a", "b")))).hasSize(4);
        assertThat(ids(orders().where("labels", List.of("b", "a")))).isEmpty();
        assertThat(orders().where(order -> order.id().equals("o-4"))
                        .toList()
                        .get(0)
                        .version())
                .isEqualTo(3);
        Iterator<Loaded<Order>> iterator = orders().where("status", "gone").iterator();
        assertThat(iterator.hasNext()).isFalse();
        assertThatThrownBy(() -> orders().where("Status", "paid"))
                .isInstanceOf(InvalidMapping.class)
                .hasMessageContaining("no attribute \"Status\". It has: status, total");
        assertThatThrownBy(() -> orders().where("id", "o-1")).isInstanceOf(InvalidMapping.class);
    }

    @Test
    void many_are_found_at_once_in_the_order_of_the_ids() {
        for (String id : List.of("o-3", "o-1", "o-5", "o-2", "o-4")) {
            orders().create(order(id));
            daybooks.clock().tick(Duration.ofHours(1));
        }
        orders().save(found("o-2").with(order("o-2").status("paid").total("50")));
        orders().delete("o-3");
        orders().delete("o-4");
        orders().create(order("o-4").status("again"));
        daybook().transact(tx -> {
            tx.record("order", "o-1", Operation.of("APPROVAL"));
            tx.record("order", "o-0", Operation.of("APPROVAL"));
            tx.create("order_line", "o-9");
        });
        List<String> asked = List.of("o-9", "o-5", "o-3", "o-0", "o-2", "o-5", "never", "o-4", "o-1", "o-2");
        List<Loaded<Order>> all = orders().findAll(asked);
        assertThat(ids(all)).containsExactly("o-5", "o-2", "o-4", "o-1");
        for (Loaded<Order> one : all) {
            Loaded<Order> alone = found(one.ref().id());
            assertThat(one.entity()).isEqualTo(alone.entity());
            assertThat(one.version()).isEqualTo(alone.version());
            assertThat(one.created()).isEqualTo(alone.created());
            assertThat(one.changed()).isEqualTo(alone.changed());
        }
        assertThat(all).extracting(Loaded::version).containsExactly(1L, 3L, 3L, 2L);
        assertThat(ids(orders().findAll(new HashSet<>(asked)))).containsExactlyInAnyOrder("o-5", "o-2", "o-4", "o-1");
        assertThat(orders().findAll(List.of("never"))).isEmpty();
        assertThatThrownBy(all::clear).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> orders().findAll(Arrays.asList("o-1", nothing())))
                .isInstanceOf(InvalidEntity.class);
        assertThatThrownBy(() -> orders().findAll(List.of("o-1", 7))).isInstanceOf(InvalidEntity.class);
    }

    record Numbered(long id, String name) {}

    @Test
    void ids_that_are_numbers_are_found_at_once_by_any_of_their_texts() {
        Repository<Numbered> all = daybook().repository(Numbered.class);
        all.create(new Numbered(7, "seven"));
        all.create(new Numbered(10, "ten"));
        assertThat(all.findAll(List.of(10L, "007", 7, 8L)))
                .extracting(Loaded::entity)
                .containsExactly(new Numbered(10, "ten"), new Numbered(7, "seven"));
    }

    @Test
    void finding_many_takes_one_statement_for_a_thousand_ids_and_none_for_no_ids() {
        List<String> ids = new ArrayList<>();
        daybook().transact(tx -> {
            for (int i = 0; i < 2_050; i++) {
                ids.add("c-" + i);
                tx.create("customer", "c-" + i, Map.of("name", "name " + i));
            }
        });
        Collections.reverse(ids);
        Statements statements = new Statements(database().dataSource());
        try (Daybook counted =
                Daybook.builder().dataSource(statements).readOnly().open()) {
            Repository<Customer> customers = counted.repository(Customer.class);
            statements.said().clear();
            assertThat(customers.findAll(List.of())).isEmpty();
            assertThat(customers.asOf(1).findAll(List.of())).isEmpty();
            assertThat(statements.said()).isEmpty();
            assertThat(ids(customers.findAll(ids.subList(0, 1_000)))).isEqualTo(ids.subList(0, 1_000));
            assertThat(statements.said()).hasSize(1);
            statements.said().clear();
            List<Loaded<Customer>> all = customers.findAll(ids);
            assertThat(ids(all)).isEqualTo(ids);
            assertThat(all.get(2_049).entity()).isEqualTo(new Customer("c-0", "name 0"));
            assertThat(statements.said()).hasSize(3);
        }
    }

    @Test
    void many_with_long_histories_are_found_at_once() {
        Repository<Customer> customers = daybook().repository(Customer.class);
        // 5,000 events end within b, and together with c after b; e has more by itself.
        Map<String, Integer> versions = Map.of("a", 3_000, "b", 2_001, "c", 2_000, "d", 1, "e", 5_001, "f", 2);
        versions.forEach((id, last) -> daybook().transact(tx -> {
            tx.create("customer", id, Map.of("name", "new"));
            for (int version = 2; version <= last; version++) {
                tx.update("customer", id, "name", "version " + version);
            }
        }));
        for (String asked : List.of("abcdef", "acdbfe", "feadbc", "edcabf", "ae")) {
            List<String> ids = List.of(asked.split(""));
            List<Loaded<Customer>> all = customers.findAll(ids);
            assertThat(ids(all)).isEqualTo(ids);
            assertThat(all).allSatisfy(one -> {
                int last = versions.getOrDefault(one.ref().id(), 0);
                assertThat(one.version()).isEqualTo(last);
                assertThat(one.entity().name()).isEqualTo(last == 1 ? "new" : "version " + last);
            });
        }
        Await.sequenced(daybook());
        assertThat(customers.asOf(2).findAll(List.of("f", "e", "d", "c", "b", "a")))
                .hasSizeLessThan(3)
                .allSatisfy(one -> assertThat(one.version()).isLessThan(3));
    }

    @Test
    void what_was_found_at_once_is_saved_if_nobody_else_changed_it() throws Exception {
        List<String> ids = List.of("o-2", "o-1", "o-3");
        ids.forEach(id -> orders().create(order(id)));
        List<Loaded<Order>> all = orders().findAll(ids);
        daybook()
                .as("kim")
                .transact(tx -> all.forEach(
                        one -> orders().in(tx).save(one.with(one.entity().status("paid")))));
        assertThat(ids(orders().where("status", "paid"))).containsExactly("o-1", "o-2", "o-3");
        assertThat(said("o-2")).containsExactly("CREATION", "UPDATE status");
        assertThatThrownBy(() -> orders().save(all.get(0).with(order("o-2").status("late"))))
                .isInstanceOf(VersionConflict.class)
                .hasMessageContaining("expected version 1 of order o-2, found 2");

        List<Loaded<Order>> again = orders().findAll(ids);
        orders().save(found("o-3").with(order("o-3").status("gone")));
        assertThatThrownBy(() -> daybook()
                        .transact(tx -> again.forEach(one ->
                                orders().in(tx).save(one.with(one.entity().status("sent"))))))
                .isInstanceOf(VersionConflict.class)
                .hasMessageContaining("expected version 2 of order o-3, found 3");
        assertThat(count("events")).isEqualTo(7);
    }

    @Test
    void within_a_unit_of_work_what_is_committed_is_found_one_by_one_and_at_once() throws Exception {
        orders().create(order("o-1"));
        List<String> both = List.of("o-1", "o-2");
        daybook().transact(tx -> {
            orders().in(tx).create(order("o-2"));
            orders().in(tx).save(found("o-1").with(order("o-1").status("paid")));
            assertThat(orders().find("o-2")).isEmpty();
            assertThat(ids(orders().findAll(both))).containsExactly("o-1");
            assertThat(orders().findAll(both).get(0).entity().status()).isEqualTo("new");
        });
        try (Connection connection = transaction()) {
            daybook().join(connection, tx -> orders().in(tx).delete("o-2"));
            assertThat(orders().find("o-2")).isPresent();
            assertThat(ids(orders().findAll(both))).containsExactly("o-1", "o-2");
            connection.commit();
        }
        assertThat(ids(orders().findAll(both))).containsExactly("o-1");
        assertThat(orders().findAll(both).get(0).entity().status()).isEqualTo("paid");
    }

    @Test
    void many_are_found_at_once_as_they_were_in_two_times() {
        Instant past = Instant.parse("2020-01-15T00:00:00Z");
        orders().create(order("o-1"));
        Await.sequenced(daybook());
        Instant known = history("o-1").get(0).recordedAt().orElseThrow();
        daybook()
                .transact(tx -> tx.append(Change.create("order", "o-2")
                        .attributes(Map.of("status", "old"))
                        .occurredAt(past)));
        orders().save(found("o-1").with(order("o-1").status("paid")));
        orders().save(found("o-2").with(found("o-2").entity().status("done")));
        Await.sequenced(daybook());
        List<String> both = List.of("o-2", "o-1");
        assertThat(ids(orders().now().findAll(both))).containsExactly("o-2", "o-1");
        assertThat(ids(orders().asOf(1).findAll(both))).containsExactly("o-1");
        assertThat(orders().asOf(2).findAll(both))
                .extracting(one -> one.entity().status())
                .containsExactly("old", "new");
        assertThat(orders().asOfOccurred(past).findAll(both))
                .extracting(one -> one.entity().status())
                .containsExactly("old");
        assertThat(orders().asOfRecorded(known).occurredBy(past).findAll(both)).isEmpty();
        assertThat(ids(orders().asOfRecorded(known).findAll(both))).containsExactly("o-1");
        assertThat(ids(orders().asOfRecorded(Instant.parse("9999-01-01T00:00:00Z"))
                        .occurredBy(past)
                        .atPosition(3)
                        .findAll(both)))
                .containsExactly("o-2");
    }

    private static <T extends Record> List<String> ids(Iterable<Loaded<T>> entities) {
        List<String> ids = new ArrayList<>();
        entities.forEach(loaded -> ids.add(loaded.ref().id()));
        return ids;
    }

    @Test
    void a_list_goes_over_the_ends_of_pages_and_holds_no_connection() {
        Repository<Customer> customers = daybook().repository(Customer.class);
        daybook().transact(tx -> {
            for (int i = 0; i < 1_100; i++) {
                customers.in(tx).create(new Customer("c-%04d".formatted(i), "first"));
            }
            // Behind the end of a page, and over a whole one: c-0498 has one event, c-0499 more than two pages.
            for (int i = 1; i <= 1_300; i++) {
                tx.update("customer", "c-0499", "name", "name " + i);
            }
        });
        List<Iterator<Loaded<Customer>>> open = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Iterator<Loaded<Customer>> iterator = customers.list().iterator();
            assertThat(iterator.next().entity().id()).isEqualTo("c-0000");
            open.add(iterator);
        }
        List<Loaded<Customer>> all = customers.list().toList();
        assertThat(all).hasSize(1_100);
        assertThat(all.get(499).entity()).isEqualTo(new Customer("c-0499", "name 1300"));
        assertThat(all.get(500).entity()).isEqualTo(new Customer("c-0500", "first"));
        assertThat(all).extracting(loaded -> loaded.ref().id()).isSorted().doesNotHaveDuplicates();
        assertThat(open).allMatch(Iterator::hasNext);
    }

    @Test
    void a_history_is_read_as_typed_versions() {
        orders().as("kim").create(order("o-1"));
        daybook().transact(tx -> tx.record("order", "o-1", Operation.of("APPROVAL"), Map.of("by", "ada")));
        Instant occurred = Instant.parse("2020-01-01T00:00:00Z");
        daybook()
                .as("ada")
                .because("late news")
                .transact(tx -> tx.append(Change.update("order", "o-1")
                        .attribute("status", "paid")
                        .occurredAt(occurred)));
        orders().delete("o-1");
        orders().create(order("o-1").status("again"));
        Await.sequenced(daybook());
        List<EntityVersion<Order>> versions = orders().history("o-1").toList();
        assertThat(versions).extracting(EntityVersion::version).isEqualTo(upTo(5));
        assertThat(versions)
                .extracting(version -> version.entity().map(Order::status).orElse("-"))
                .containsExactly("new", "new", "paid", "-", "again");
        EntityVersion<Order> late = versions.get(2);
        assertThat(late.operation()).isEqualTo(Operation.UPDATE);
        assertThat(late.occurred()).isEqualTo(occurred);
        assertThat(late.recorded().orElseThrow()).isAfter(occurred);
        assertThat(late.position().orElseThrow()).isEqualTo(3);
        assertThat(late.actor()).contains("ada");
        assertThat(late.reason()).contains("late news");
        assertThat(late).hasToString("order o-1, version 3, UPDATE");
        assertThat(versions.get(1).event().attributeValue()).contains(Value.of(Map.of("by", "ada")));
        assertThat(orders().history("nothing")).isEmpty();
        assertThat(orders().asOf(2).history("o-1").toList()).hasSize(2);
    }

    @Test
    void two_versions_or_moments_differ_attribute_by_attribute() {
        Instant first = daybooks.clock().instant();
        orders().create(order("o-1"));
        Instant second = daybooks.clock().tick(Duration.ofHours(1));
        orders().save(found("o-1").with(order("o-1").status("paid").total("43")));
        orders().delete("o-1");
        Await.sequenced(daybook());
        AttributeDifference total =
                new AttributeDifference("total", false, Optional.of(Value.of(42)), Optional.of(Value.of(43)));
        AttributeDifference status =
                new AttributeDifference("status", false, Optional.of(Value.of("new")), Optional.of(Value.of("paid")));
        assertThat(orders().diff("o-1", 1, 3)).containsExactly(status, total);
        assertThat(orders().diff("o-1", 2, 3)).containsExactly(total);
        assertThat(orders().diff("o-1", 3, 2)).hasSize(1);
        assertThat(orders().diff("o-1", 2, 2)).isEmpty();
        assertThat(orders().diff("o-1", 0, 4)).isEmpty();
        assertThat(orders().diff("o-1", 0, 1))
                .extracting(AttributeDifference::attribute)
                .containsExactly("status", "total", "lines", "labels", "points", "note");
        assertThat(orders().diff("o-1", 0, 1))
                .allMatch(one -> one.from().isEmpty() && one.to().isPresent());
        assertThat(orders().diff("o-1", 3, 4)).allMatch(one -> one.to().isEmpty());
        assertThatThrownBy(() -> orders().diff("o-1", 1, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("order o-1 has no version 5");
        assertThatThrownBy(() -> orders().diff("o-1", -1, 2)).isInstanceOf(IllegalArgumentException.class);

        assertThat(orders().asOfOccurred(first).diff("o-1", orders().asOf(3))).containsExactly(status, total);
        assertThat(orders().asOfOccurred(first).diff("o-1", orders().asOfOccurred(second)))
                .hasSize(6);
        assertThat(orders().asOfOccurred(first.minusSeconds(1)).diff("o-1", orders().now()))
                .isEmpty();
    }

    @Test
    void entities_are_as_they_were_in_two_times() {
        Instant past = Instant.parse("2020-01-15T00:00:00Z");
        orders().create(order("o-1"));
        Await.sequenced(daybook());
        Instant known = history("o-1").get(0).recordedAt().orElseThrow();
        daybook()
                .transact(tx -> tx.append(Change.create("order", "o-2")
                        .attributes(Map.of("status", "old"))
                        .occurredAt(past)));
        Await.sequenced(daybook());
        assertThat(ids(orders().asOfOccurred(past).list())).containsExactly("o-2");
        assertThat(ids(orders().asOf(1).list())).containsExactly("o-1");
        assertThat(orders().asOf(1).find("o-2")).isEmpty();
        assertThat(orders().asOfRecorded(known).occurredBy(past).find("o-2")).isEmpty();
        assertThat(ids(orders().asOfRecorded(Instant.parse("9999-01-01T00:00:00Z"))
                        .occurredBy(past)
                        .where("status", "old")))
                .containsExactly("o-2");
        assertThat(ids(orders().asOfOccurred(past).atPosition(1).where(order -> true)))
                .isEmpty();
    }

    @Test
    void what_cannot_be_written_is_refused_before() throws Exception {
        orders().create(order("o-1"));
        Loaded<Order> loaded = found("o-1");
        assertThatThrownBy(() -> orders().save(loaded.with(order("o-2"))))
                .isInstanceOf(InvalidEntity.class)
                .hasMessageContaining("order o-1 was loaded, and order o-2 is to be saved");
        assertThatThrownBy(() -> orders().create(nothing())).isInstanceOf(InvalidEntity.class);
        assertThatThrownBy(() -> orders().create(order(nothing())))
                .isInstanceOf(InvalidEntity.class)
                .hasMessageContaining("id of Order is null");
        assertThatThrownBy(() -> orders().create(order(""))).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> orders().create(order("a\0b"))).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> orders().create(order("o-9").status("a\0b")))
                .isInstanceOf(InvalidEntity.class)
                .hasMessageContaining("attribute status of Order");
        assertThatThrownBy(() -> orders().find(7)).isInstanceOf(InvalidEntity.class);
        assertThatThrownBy(() -> orders().find(nothing())).isInstanceOf(InvalidEntity.class);

        daybook().repository(Customer.class).create(new Customer("o-1", "Lee"));
        @SuppressWarnings({"unchecked", "rawtypes"})
        Loaded<Order> customer =
                (Loaded) daybook().repository(Customer.class).find("o-1").orElseThrow();
        assertThatThrownBy(() -> orders().save(customer))
                .isInstanceOf(InvalidEntity.class)
                .hasMessageContaining("repository of order, found customer o-1");
        assertThatThrownBy(() -> orders().delete(customer)).isInstanceOf(InvalidEntity.class);
        @SuppressWarnings({"unchecked", "rawtypes"})
        Loaded<Order> foreign = ((Loaded) loaded).with(new Customer("o-1", "Lee"));
        assertThatThrownBy(() -> orders().save(foreign))
                .isInstanceOf(InvalidEntity.class)
                .hasMessageContaining("found " + Customer.class.getName());
        String strange = "'; drop table events; --\u202e\uD83D\uDE00\"";
        orders().create(order(strange).status(strange));
        assertThat(found(strange).entity().status()).isEqualTo(strange);
        assertThat(ids(orders().where("status", strange))).containsExactly(strange);
        assertThat(count("events")).isEqualTo(3);
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }

    // Schema version 1 of a person had name, age as text and nothing else; 2 split the name; 3 has age as a number, a
    // country, and
    // calls first given.

    record Person(String id, String given, String last, int age, String country) {}

    private static final EntityMapping<Person> PEOPLE = EntityMapping.of(Person.class)
            .schemaVersion(3)
            .upcast(1, attributes -> {
                Value name = attributes.remove("name");
                if (name != null) {
                    List<String> parts = Arrays.asList(name.as(String.class).split(" ", 2));
                    attributes.put("first", Value.of(parts.get(0)));
                    attributes.put("last", Value.of(parts.get(1)));
                }
                return attributes;
            })
            .upcast(2, attributes -> {
                Value first = attributes.remove("first");
                if (first != null) {
                    attributes.put("given", first);
                }
                attributes.computeIfPresent("age", (key, age) -> Value.of(Integer.valueOf(age.as(String.class))));
                attributes.put("country", Value.of("NZ"));
                return attributes;
            });

    private Repository<Person> people() {
        return daybook().repository(PEOPLE);
    }

    private Person person() {
        return people().find("p-1").orElseThrow().entity();
    }

    private void append(@Nullable Integer schemaVersion, Change change) {
        Map<String, Integer> metadata = schemaVersion == null ? Map.of() : Map.of("schema_version", schemaVersion);
        daybook().transact(tx -> tx.append(change.metadata(metadata)));
    }

    private static Change set(String attribute, @Nullable Object value) {
        return Change.update("person", "p-1").attribute(attribute, value);
    }

    private void oldPerson() {
        append(null, Change.create("person", "p-1").attributes(Map.of("name", "Kim Lee", "age", "30")));
        append(null, set("name", "Kim Ray"));
        append(2, set("first", "Kimberly"));
        append(2, set("age", "31"));
    }

    @Test
    void old_events_are_brought_up_while_they_are_folded() {
        oldPerson();
        assertThat(person()).isEqualTo(new Person("p-1", "Kimberly", "Ray", 31, "NZ"));
        append(3, set("country", "FR"));
        append(3, set("given", "Kit"));
        Person now = new Person("p-1", "Kit", "Ray", 31, "FR");
        assertThat(person()).isEqualTo(now);
        assertThat(people().list().toList()).extracting(Loaded::entity).containsExactly(now);
        assertThat(people().where("country", "FR").toList()).hasSize(1);
        assertThat(people().findAll(List.of("p-0", "p-1")))
                .extracting(Loaded::entity)
                .containsExactly(now);
        assertThat(people().history("p-1").stream()
                        .map(version -> version.entity().orElseThrow()))
                .containsExactly(
                        new Person("p-1", "Kim", "Lee", 30, "NZ"),
                        new Person("p-1", "Kim", "Ray", 30, "NZ"),
                        new Person("p-1", "Kimberly", "Ray", 30, "NZ"),
                        new Person("p-1", "Kimberly", "Ray", 31, "NZ"),
                        new Person("p-1", "Kimberly", "Ray", 31, "FR"),
                        now);
        assertThat(people().diff("p-1", 1, 6))
                .extracting(AttributeDifference::attribute)
                .containsExactly("given", "last", "age", "country");
        assertThat(daybook().history("person", "p-1").toList().get(0).attributeValue())
                .contains(Value.of(Map.of("name", "Kim Lee", "age", "30")));
    }

    @Test
    void an_old_event_after_a_newer_one_sets_what_it_says_and_no_defaults() {
        oldPerson();
        append(3, set("country", "FR"));
        append(1, set("name", "Ada May"));
        append(null, set("age", "32"));
        append(2, set("first", "Eve"));
        assertThat(person()).isEqualTo(new Person("p-1", "Eve", "May", 32, "FR"));
    }

    @Test
    void saving_an_entity_that_was_brought_up_appends_only_what_changed_since() {
        oldPerson();
        Loaded<Person> loaded = people().find("p-1").orElseThrow();
        assertThat(people().save(loaded).events()).isEmpty();
        people().save(loaded.with(new Person("p-1", "Kimberly", "Ray", 32, "NZ")));
        List<Event> events = daybook().history("person", "p-1").toList();
        assertThat(events).hasSize(5);
        assertThat(events.get(4).attributeName()).contains("age");
        assertThat(events.get(4).attributeValue()).contains(Value.of(32));
        assertThat(events.get(4).metadata()).isEqualTo(Map.of("schema_version", Value.of(3)));
        assertThat(person()).isEqualTo(new Person("p-1", "Kimberly", "Ray", 32, "NZ"));
    }

    @Test
    void a_new_life_begins_in_its_own_schema_version() {
        oldPerson();
        append(3, set("country", "FR"));
        people().delete("p-1");
        append(1, Change.create("person", "p-1").attributes(Map.of("name", "Ada May", "age", "5")));
        assertThat(person()).isEqualTo(new Person("p-1", "Ada", "May", 5, "NZ"));
    }

    @Test
    void a_schema_version_that_the_class_does_not_know_is_refused() {
        oldPerson();
        append(4, set("country", "FR"));
        assertThatThrownBy(() -> people().find("p-1"))
                .isInstanceOf(UnreadableEntity.class)
                .hasMessageContaining("Version 5 of person p-1 was written in schema version 4")
                .hasMessageContaining("knows up to 3");
        assertThatThrownBy(() -> people().list().toList()).isInstanceOf(UnreadableEntity.class);
        assertThatThrownBy(() -> people().findAll(List.of("p-1")))
                .isInstanceOf(UnreadableEntity.class)
                .hasMessageContaining("Version 5 of person p-1 was written in schema version 4");
        Await.sequenced(daybook());
        assertThat(people().asOf(4).find("p-1")).isPresent();
        daybook()
                .transact(tx -> tx.append(
                        Change.create("person", "p-2").attributes(Map.of()).metadata(Map.of("schema_version", "new"))));
        assertThatThrownBy(() -> people().find("p-2"))
                .isInstanceOf(UnreadableEntity.class)
                .hasMessageContaining("no schema version");
        daybook()
                .transact(tx -> tx.append(Change.create("person", "p-3")
                        .attributes(Map.of("name", "Kim"))
                        .metadata(Map.of("schema_version", 1))));
        assertThatThrownBy(() -> people().find("p-3"))
                .isInstanceOf(UnreadableEntity.class)
                .hasMessageContaining(
                        "from schema version 1 to 2 failed with ArrayIndexOutOfBoundsException on person p-3")
                .hasMessageContaining("[name]");
    }

    @Test
    void sets_of_one_content_are_one_value() {
        orders().create(order("o-1"));
        Loaded<Order> loaded = found("o-1");
        List<String> labels = Arrays.asList("b", "a");
        Collections.reverse(labels);
        Order same = new Order(
                "o-1",
                "new",
                new BigDecimal("42"),
                loaded.entity().lines(),
                new HashSet<>(labels),
                Map.of("ada", 4, "kim", 3),
                Optional.empty());
        assertThat(orders().save(loaded.with(same)).events()).isEmpty();
        assertThat(history("o-1").get(0).attributeValue().orElseThrow().json()).contains("\"labels\":[\"a\",\"b\"]");
    }

    @Test
    void what_was_loaded_without_an_earlier_version_is_not_saved() throws Exception {
        Instant january = Instant.parse("2026-01-01T00:00:00Z");
        Instant february = Instant.parse("2026-02-01T00:00:00Z");
        Instant march = Instant.parse("2026-03-01T00:00:00Z");
        append(
                1,
                Change.create("customer", "c-1")
                        .attributes(Map.of("name", "Lee"))
                        .occurredAt(january));
        append(1, Change.update("customer", "c-1").attribute("name", "Ray").occurredAt(march));
        append(1, Change.act("customer", "c-1", Operation.of("APPROVAL")).occurredAt(february));
        Repository<Customer> customers = daybook().repository(Customer.class);
        Loaded<Customer> then = customers.asOfOccurred(february).find("c-1").orElseThrow();
        assertThat(then.entity().name()).isEqualTo("Lee");
        assertThat(then.version()).isEqualTo(3);
        Loaded<Customer> listed =
                customers.asOfOccurred(february).list().toList().get(0);
        Loaded<Customer> amongMany =
                customers.asOfOccurred(february).findAll(List.of("c-1")).get(0);
        for (Loaded<Customer> stale : List.of(then, listed, amongMany)) {
            assertThatThrownBy(() -> customers.save(stale.with(new Customer("c-1", "May"))))
                    .isInstanceOf(InvalidEntity.class)
                    .hasMessageContaining("customer c-1 was loaded as of when things happened");
            assertThatThrownBy(() -> customers.delete(stale)).isInstanceOf(InvalidEntity.class);
        }
        assertThat(count("events")).isEqualTo(3);
        assertThatThrownBy(() -> customers.save(customers
                        .asOfOccurred(january)
                        .find("c-1")
                        .orElseThrow()
                        .with(new Customer("c-1", "May"))))
                .isInstanceOf(VersionConflict.class);
        customers.save(customers.find("c-1").orElseThrow().with(then.entity()));
        assertThat(customers.find("c-1").orElseThrow().entity()).isEqualTo(then.entity());
    }

    @Test
    void what_is_declared_sensitive_later_is_known_to_a_repository_that_is_open() {
        Repository<Customer> customers = daybook().repository(Customer.class);
        customers.create(new Customer("c-1", "Lee"));
        assertThat(customers.diff("c-1", 0, 1)).noneMatch(AttributeDifference::sensitive);
        daybook()
                .repository(EntityMapping.of(Customer.class)
                        .alsoSensitive("surname")
                        .sensitive("name"));
        assertThat(daybook().sensitive().of(EntityType.of("customer"))).containsExactly("name", "surname");
        assertThat(customers.diff("c-1", 0, 1))
                .allMatch(AttributeDifference::sensitive)
                .extracting(AttributeDifference::toString)
                .containsExactly("name: nothing -> JSON text");
    }
}
