package io.daybook.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.history.EntityState;
import org.junit.jupiter.api.Test;

/** Benchmarks reach into packages: this breaks as soon as what they measure moves, and not only when somebody measures. */
class BenchmarksTest {

    @Test
    void one_in_a_hundred_registrations_hears_the_event() throws Throwable {
        TopicIndexBenchmark benchmark = new TopicIndexBenchmark();
        benchmark.registrations = 1_000;
        benchmark.register();

        assertThat(benchmark.match()).hasSize(10);
    }

    @Test
    void an_event_is_hashed() {
        HashBenchmark benchmark = new HashBenchmark();
        benchmark.characters = 20;
        benchmark.make();

        assertThat(benchmark.hash()).hasSize(32);
    }

    @Test
    void all_events_are_folded() throws Throwable {
        FoldBenchmark benchmark = new FoldBenchmark();
        benchmark.events = 1_000;
        benchmark.make();

        EntityState state = (EntityState) benchmark.fold().orElseThrow();
        assertThat(state.version()).isEqualTo(1_000);
        assertThat(state.attributes()).hasSize(12);
    }
}
