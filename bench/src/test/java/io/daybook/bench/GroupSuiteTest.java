package io.daybook.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GroupSuiteTest {

    private static GroupSuite.Attempt attempt(int outstanding, double rate, double median) {
        return new GroupSuite.Attempt(outstanding, comparison(rate), comparison(median));
    }

    private static Comparison comparison(double ratio) {
        return new Comparison(Series.of(ratio), Series.of(1), Series.of(ratio));
    }

    @Test
    void the_best_rate_is_that_of_callers_who_wait_no_longer_than_the_others() {
        Row best = GroupSuite.best(List.of(attempt(1, 1.5, 0.7), attempt(2, 2.6, 1.0), attempt(64, 3.5, 1.01)));

        assertThat(best.found().median()).isEqualTo(2.6);
        assertThat(best.target()).isEqualTo(Target.atLeast(2.5));
        assertThat(best.detail()).startsWith("with up to 2 outstanding");
    }

    @Test
    void where_all_wait_longer_the_target_is_not_met() {
        Row best = GroupSuite.best(List.of(attempt(8, 3, 1.2), attempt(64, 3.5, 4)));

        assertThat(best.target().isMetBy(best.found().median())).isFalse();
        assertThat(best.detail()).isEqualTo("there is none");
    }
}
