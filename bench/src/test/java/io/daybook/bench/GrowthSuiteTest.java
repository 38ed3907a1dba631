package io.daybook.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrowthSuiteTest {

    private static List<Long> sizes(long events, boolean quick) {
        return GrowthSuite.sizes(new Suite.Plan(5, Duration.ofSeconds(1), events, quick));
    }

    @Test
    void the_log_grows_to_what_the_plan_allows_and_has_each_size_once() {
        assertThat(sizes(50_000_000, false)).containsExactly(1_000_000L, 10_000_000L, 50_000_000L);
        assertThat(sizes(90_000_000, false)).containsExactly(1_000_000L, 10_000_000L, 50_000_000L);
        assertThat(sizes(20_000_000, false)).containsExactly(1_000_000L, 10_000_000L, 20_000_000L);
        assertThat(sizes(3_000_000, false)).containsExactly(1_000_000L, 3_000_000L);
        assertThat(sizes(1_000, false)).containsExactly(1_000_000L);
    }

    @Test
    void a_quick_one_grows_too() {
        assertThat(sizes(100_000, true)).containsExactly(200_000L, 400_000L);
    }
}
