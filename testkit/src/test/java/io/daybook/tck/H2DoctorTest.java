package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.doctor.Finding;
import io.daybook.doctor.Severity;
import org.junit.jupiter.api.Test;

class H2DoctorTest extends DoctorConformance implements Store.OnH2 {

    @Test
    void a_write_delay_that_somebody_switched_on_is_found() throws Exception {
        execute("set write_delay 500");

        Finding finding = found("durability");
        assertThat(finding.severity()).isEqualTo(Severity.ERROR);
        assertThat(finding.what()).contains("WRITE_DELAY is 500");
        execute("set write_delay 0");
        assertHealthy();
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
