package io.daybook.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The two databases hold the same tables. */
class CatalogueIT {

    private static final String COLUMNS = """
            select lower(table_name), lower(column_name), is_nullable
            from information_schema.columns
            where lower(table_schema) = 'daybook'
            order by 1, ordinal_position
            """;

    @Test
    void both_databases_have_the_same_tables_with_the_same_columns_in_the_same_order() throws Exception {
        TestDatabase h2 = new TestDatabase("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa");
        TestDatabase postgreSql = Postgres.newDatabase();
        Migrations.of(h2, "daybook").migrate();
        Migrations.of(postgreSql, "daybook").migrate();

        List<String> onH2 = new ArrayList<>(h2.query(COLUMNS));
        // H2 has neither transaction snapshots nor advisory locks, which the first three stand for, nor jsonb_each.
        assertThat(onH2.removeIf(
                        column -> column.matches("(pending|durable_head|entity_locks|creation_attributes) .*")))
                .isTrue();
        // H2 has no use for the transaction id that PostgreSQL fills in.
        onH2.replaceAll(column -> column.replace("events database_txid YES", "events database_txid NO"));

        assertThat(onH2).hasSizeGreaterThan(60).isEqualTo(postgreSql.query(COLUMNS));
    }

    /** Views, and two tables, are what people and their tools ask: a name or a type that changes here changes under their feet. */
    @Test
    void the_views_are_what_views_txt_says_on_both_databases_with_a_comment_on_each_view_and_column() throws Exception {
        TestDatabase h2 = new TestDatabase("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa");
        TestDatabase postgreSql = Postgres.newDatabase();
        Migrations.of(h2, "daybook").migrate();
        Migrations.of(postgreSql, "daybook").migrate();

        List<String> onPostgreSql = postgreSql.query(VIEWS.formatted("""
                coalesce(case
                    when c.column_name is null then obj_description(to_regclass('daybook.' || t.table_name), 'pg_class')
                    else col_description(to_regclass('daybook.' || t.table_name), c.ordinal_position::integer)
                end, 'NO COMMENT')
                """));
        onPostgreSql.replaceAll(line -> line.replace(" jsonb ", " json "));
        List<String> onH2 =
                h2.query(VIEWS.formatted("case when c.column_name is null then t.remarks else c.remarks end"));
        onH2.removeIf(line -> line.startsWith("creation_attributes "));

        assertThat(onH2).isEqualTo(onPostgreSql);
        assertThat(onPostgreSql)
                .noneMatch(line -> line.endsWith("NO COMMENT"))
                .isEqualTo(Files.readAllLines(Path.of("src/test/resources/views.txt")));
    }

    /** Each view, then its columns: name, type, and the comment that the argument selects. */
    private static final String VIEWS = """
            select lower(t.table_name),
                   coalesce(lower(c.column_name), '-'),
                   coalesce(lower(c.data_type), case t.table_type when 'VIEW' then 'view' else 'table' end),
                   %s
            from information_schema.tables t
                     join (select table_schema, table_name, column_name, data_type, ordinal_position
                           from information_schema.columns
                           union all
                           select table_schema, table_name, null, null, 0
                           from information_schema.tables) k
                          on k.table_schema = t.table_schema and k.table_name = t.table_name
                     left join information_schema.columns c
                               on c.table_schema = t.table_schema
                                   and c.table_name = t.table_name
                                   and c.column_name = k.column_name
            where lower(t.table_schema) = 'daybook'
              and (t.table_type = 'VIEW' or lower(t.table_name) in ('entity_states', 'parked_events'))
            order by 1, k.ordinal_position
            """;
}
