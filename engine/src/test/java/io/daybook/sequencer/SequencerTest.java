package io.daybook.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SequencerTest {

    @Test
    void events_that_come_one_by_one_are_hardly_waited_with() {
        assertThat(Sequencer.gathering(0)).isZero();
        assertThat(Sequencer.gathering(1)).isEqualTo(Duration.ofNanos(500_000));
    }

    @Test
    void a_round_waits_the_longer_the_more_the_last_one_found_and_never_longer_than_forty_milliseconds() {
        assertThat(Sequencer.gathering(20)).isEqualTo(Duration.ofMillis(10));
        assertThat(Sequencer.gathering(200)).isEqualTo(Duration.ofMillis(10));
        assertThat(Sequencer.gathering(600)).isEqualTo(Duration.ofMillis(30));
        assertThat(Sequencer.gathering(1_999)).isEqualTo(Duration.ofMillis(40));
    }

    @Test
    void there_is_no_wait_where_the_cost_of_a_round_does_not_count() {
        assertThat(Sequencer.gathering(2_000)).isZero();
        assertThat(Sequencer.gathering(10_000)).isZero();
    }
}
