package io.daybook.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is asked of a view reaches the indexes of the tables behind it, where there are many events. */
class ViewPlansIT {

    @Test
    void views_of_a_hundred_thousand_events_are_asked_by_index() throws Exception {
        TestDatabase database = Postgres.newDatabase();
        Migrations.of(database, "daybook").migrate();
        // 10,000 orders of ten events each, ten events per unit of work; the last ten events wait.
        database.execute("""
                insert into daybook.events (
                    entity_type, entity_id, version, operation, attribute_name, attribute_value, creation_date, transaction_id)
                select 'order',
                       'o-' || n / 10,
                       n % 10 + 1,
                       case n % 10 when 0 then 'CREATION' else 'UPDATE' end,
                       case n % 10 when 0 then null else 'a' || n % 3 end,
                       case n % 10 when 0 then '{"a1":0}'::jsonb else to_jsonb(n) end,
                       now(),
                       md5((n / 10)::text)::uuid
                from generate_series(0, 99999) as n
                """, """
                insert into daybook.ledger (position, event_id, hash, recorded_at)
                select row_number() over (order by event_id), event_id, '\\x00', now()
                from daybook.events
                order by event_id
                limit 99990
                """, "analyze daybook.events", "analyze daybook.ledger");

        for (String question : List.of(
                "event_history where entity_type = 'order' and entity_id = 'o-77'",
                "event_history where entity_type = 'order' and entity_id = 'o-77' and version = 3",
                "event_history where event_id = 5000",
                "event_history where position = 5000",
                "event_history where position between 5000 and 5100",
                "event_history where position > 99900 order by position limit 10",
                "event_history where transaction_id = md5('77')::uuid",
                "entity_history where entity_type = 'order' and entity_id = 'o-77'",
                "entity_history where entity_type = 'order' and entity_id in ('o-77', 'o-78') and attribute_name = 'a1'",
                "entity_history where transaction_id = md5('77')::uuid",
                "entity_history where position between 5000 and 5100",
                "units_of_work where transaction_id = md5('77')::uuid",
                "state_as_of('order', 'o-77')",
                "state_as_of('order', 'o-77', at_position => 90000, recorded_by => now(), occurred_by => now())",
                "difference_as_of('order', 'o-77', from_position => 90000)",
                "ledger_tail")) {
            String plan = String.join(
                    "\n", database.query("explain (analyze, timing off) select * from daybook." + question));
            assertThat(plan).as(question).contains("Index").doesNotContain("Seq Scan");
        }
        assertThat(
                        database.query(
                                "select attribute_name, old_value_text, new_value_text from daybook.entity_history where entity_type = 'order' and entity_id = 'o-0' order by version"))
                .startsWith("a1 null 0", "a1 0 1", "a2 null 2", "a0 null 3", "a1 1 4");
    }
}
