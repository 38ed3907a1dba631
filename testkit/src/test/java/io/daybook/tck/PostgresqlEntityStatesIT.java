package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.consumers.EntityStates;
import io.daybook.migrations.Migrations;
import io.daybook.testkit.Await;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PostgresqlEntityStatesIT extends EntityStatesConformance implements Store.OnPostgresql {

    @Test
    void the_application_role_may_keep_rebuild_and_read_the_table() throws Exception {
        execute(Migrations.rolesScript("daybook"));
        String url = database().url();
        String asApplication = url + (url.contains("?") ? "&" : "?") + "options=-c%20role%3Ddaybook_application";
        try (Daybook daybook = database().daybook().url(asApplication).open()) {
            daybook.transact(tx -> tx.create("order", "o-1", Map.of("status", "new")));
            try (EntityStates states = EntityStates.keep(daybook)) {
                Await.caughtUp(daybook, states.registration());
                assertThat(daybook.states().size().entities()).isEqualTo(1);
                EntityStates.rebuild(daybook);
                Await.caughtUp(daybook, states.registration());
            }
            assertThat(text("select current_setting('role')")).isEqualTo("none");
            assertThat(daybook.states().size().entities()).isEqualTo(1);
            assertThat(daybook.state("order", "o-1")).isPresent();
        }
    }
}
