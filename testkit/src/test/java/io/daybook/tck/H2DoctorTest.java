package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.doctor.Severity;
import java.sql.Connection;
import org.junit.jupiter.api.Test;

class H2DoctorTest extends DoctorConformance implements Store.OnH2 {

    @Test
    void a_write_delay_that_somebody_switched_on_is_found() throws Exception {
        daybook().close();
        // Through a data source that does not set it: a pool of ours puts it right with every new connection.
        try (Connection first = database().connect();
                Daybook reader = Daybook.builder()
                        .dataSource(database().dataSource())
                        .readOnly()
                        .open()) {
            assertThat(first.isValid(1)).isTrue();
            execute("set write_delay 500");
            assertThat(reader.doctor().examine().problems()).singleElement().satisfies(finding -> {
                assertThat(finding.check()).isEqualTo("durability");
                assertThat(finding.severity()).isEqualTo(Severity.ERROR);
                assertThat(finding.what()).contains("WRITE_DELAY is 500");
            });
            execute("set write_delay 0");
            assertThat(reader.doctor().examine().problems()).isEmpty();
        }
    }

    @Test
    void opening_sets_ids_behind_the_last_one_by_itself() throws Exception {
        say(3);
        daybook().close();
        execute("alter table daybook.events alter column event_id restart with 1");

        daybooks.reopen();
        assertHealthy();
        say(1);
        assertHealthy();
    }
}
