package io.daybook.migrations;

import static org.assertj.core.api.Assertions.assertThat;

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
        // H2 has neither transaction snapshots nor advisory locks, which these two stand for.
        assertThat(onH2.removeIf(column -> column.matches("(pending|durable_head|entity_locks) .*")))
                .isTrue();
        // H2 has no use for the transaction id that PostgreSQL fills in.
        onH2.replaceAll(column -> column.replace("events database_txid YES", "events database_txid NO"));

        assertThat(onH2).hasSizeGreaterThan(60).isEqualTo(postgreSql.query(COLUMNS));
    }
}
