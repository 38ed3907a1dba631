package io.daybook.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    private static final Suite.Report NOBODY = new Suite.Report() {
        @Override
        public void row(Row row) {}

        @Override
        public void curve(Curve curve) {}
    };

    @Test
    void several_sides_begin_by_turns_and_each_is_compared_with_the_first_of_the_same_turn() throws Exception {
        List<String> turns = new ArrayList<>();
        List<Comparison> found = Comparison.ofSeveral(
                "made",
                new Suite.Plan(3, Duration.ofSeconds(1), 1, false),
                NOBODY,
                List.of(side("a", 6, turns), side("b", 3, turns), side("c", 2, turns)));

        assertThat(String.join("", turns)).isEqualTo("abcbcacab");
        assertThat(found).hasSize(2);
        assertThat(found.get(0).ratios().median()).isEqualTo(2);
        assertThat(found.get(1).ratios().median()).isEqualTo(3);
        assertThat(found.get(1).ratios().size()).isEqualTo(3);
    }

    private static Comparison.Side side(String name, double rate, List<String> turns) {
        return () -> {
            turns.add(name);
            return rate;
        };
    }
}
