package io.daybook.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {

    private final Schedule schedule = new Schedule(List.of("append", "group", "sparse", "idle"));

    @Test
    void before_the_first_suite_nobody_knows_the_pace() {
        assertThat(schedule.text(0, Duration.ZERO)).isEqualTo("suite 1 of 4");
    }

    @Test
    void what_is_left_follows_the_pace_of_what_is_done() {
        assertThat(schedule.text(1, Duration.ofMinutes(13))).isEqualTo("suite 2 of 4, about 9 min left");
        assertThat(schedule.text(1, Duration.ofMinutes(26))).isEqualTo("suite 2 of 4, about 18 min left");
    }

    @Test
    void the_last_minute_is_not_none() {
        assertThat(schedule.text(3, Duration.ofSeconds(30))).isEqualTo("suite 4 of 4, about 1 min left");
    }

    @Test
    void every_suite_has_been_timed() {
        for (Suite suite : Suites.known().all()) {
            assertThat(Schedule.isKnown(suite.name())).as(suite.name()).isTrue();
        }
    }
}
