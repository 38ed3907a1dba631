package io.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.event.Operation;
import io.daybook.testkit.Await;
import io.daybook.testkit.SettableClock;
import io.daybook.testkit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the operator views say of one history with every corner in it; the same words on both databases. */
class ViewsTest {

    private static final List<String> QUERIES = List.of("""
            select state, position, occurred_at, entity_id, version, operation, attribute_name, attribute_value, value_text,
                   actor, reason, correlation_id
            from daybook.event_history
            order by event_id
            """, """
            select entity_id, version, position, operation, attribute_name, old_value, new_value, old_value_text, new_value_text, actor
            from daybook.entity_history
            where entity_type = 'order'
            order by entity_id, version, char_length(attribute_name), attribute_name
            """, """
            select version, old_value_text, new_value_text
            from daybook.entity_history
            where entity_type = 'order'
              and entity_id = 'o-1'
              and attribute_name = 'lines'
            order by version
            """, """
            select first_position, last_position, events, entities, actor, reason, correlation_id, occurred_at,
                   case when recorded_at is null then 'waits' else 'recorded' end as recorded
            from daybook.units_of_work
            order by first_position nulls last
            """, """
            select utc_day, actor, entity_type, operation, events
            from daybook.activity
            order by utc_day, actor nulls last, operation
            """, """
            select registration, partitions, position, head, lag, owners, paused, pause_reason, parked
            from daybook.registration_lag
            order by registration
            """, """
            select position, entity_type, entity_id, version, operation, attribute_name, actor
            from daybook.ledger_tail
            """);

    @Test
    void the_views_say_the_same_on_both_databases() throws Exception {
        String onH2 = printed(TestDatabase.h2());
        String onPostgresql = printed(TestDatabase.postgresql());

        assertThat(onH2).isEqualTo(onPostgresql);
        Files.writeString(Path.of("target", "views.txt"), onH2);
        assertThat(onH2).isEqualTo(Files.readString(Path.of("src/test/resources/views.txt")));
    }

    private static String printed(TestDatabase fresh) throws Exception {
        try (TestDatabase database = fresh) {
            say(database);
            try (Connection connection = database.connect()) {
                StringBuilder printed = new StringBuilder();
                for (String query : QUERIES) {
                    printed.append(PrintedRows.of(connection, query)).append('\n');
                }
                return printed.toString();
            }
        }
    }

    private static void say(TestDatabase database) throws Exception {
        // Half an hour before midnight in UTC: another day in the session's time zone, and the next one soon.
        SettableClock clock = new SettableClock(Instant.parse("2026-03-01T23:30:00Z"));
        try (Daybook daybook = database.daybook().clock(clock).open();
                Connection connection = database.connect()) {
            daybook.notifier().register("billing");
            UnitOfWork kim = daybook.as("kim").because("customer called").correlatedWith("c-1");
            kim.transact(tx -> tx.create("order", "o-1", everyKindOfValue()));
            kim.transact(tx -> {
                tx.update("order", "o-1", "status", "paid \"in\" cash\\n");
                tx.update("order", "o-1", "total", 42.5);
                tx.update("order", "o-1", "note", "\u0001 \uD83D\uDE80");
                tx.update("order", "o-1", "new", null);
                tx.update("order", "o-1", "lines", List.of());
            });
            clock.tick(Duration.ofHours(1));
            daybook.as("ann").transact(tx -> {
                tx.record("order", "o-1", Operation.of("APPROVAL"), Map.of("status", "no state"));
                tx.update("order", "o-1", "status", "sent");
                tx.update("order", "o-1", "lines", Map.of("a", 1));
            });
            daybook.as("ann").transact(tx -> tx.delete("order", "o-1"));
            daybook.as("ann").transact(tx -> {
                tx.create("order", "o-1", Map.of("status", "again"));
                tx.update("order", "o-1", "total", 1);
                tx.update("order", "o-1", "status", "again and again");
                tx.create("order", "o-2");
            });
            connection.setAutoCommit(false);
            daybook.as("kim").because("moved").join(connection, tx -> tx.create("order", "o-3"));
            daybook.as("ann").because("moved").join(connection, tx -> tx.update("order", "o-3", "place", "Zürich"));
            connection.commit();
            Await.sequenced(daybook);
        }
        try (Daybook daybook = database.daybook().clock(clock).sequencing(false).open()) {
            daybook.transact(tx -> tx.update("order", "o-3", "place", "Köln"));
        }
    }

    private static Map<String, Object> everyKindOfValue() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("status", "new");
        attributes.put("total", 42);
        attributes.put("vip", false);
        attributes.put("note", null);
        attributes.put("empty", "");
        attributes.put("nothing", Map.of());
        // All that could be taken for the end of a value or the beginning of a name.
        attributes.put("lines", Arrays.asList(1, Map.of("status", "x,\"y\":}]", "status2", "\"],[,"), null, "]"));
        attributes.put("gr\u00F6\u00DFe,\"x\":{", "a\nb, \"c\" \uD83D\uDE80 \\");
        return attributes;
    }
}
