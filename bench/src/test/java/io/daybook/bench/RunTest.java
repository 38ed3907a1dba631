package io.daybook.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunTest {

    /** Finds one thing, and then does what the test says. */
    private record Made(String name, Work work) implements Suite {

        interface Work {
            void run() throws Exception;
        }

        @Override
        public String description() {
            return "Made for a test.";
        }

        @Override
        public void run(Server server, Plan plan, Report report) throws Exception {
            report.progress("turn 1 of 1");
            report.row(Row.ratio("found", Series.of(2), Target.atLeast(1), ""));
            work.run();
        }
    }

    private final StringWriter progress = new StringWriter();
    private final Run run = new Run(
            // Nothing connects to it.
            Server.at("jdbc:postgresql://localhost/none", null, null),
            new Suite.Plan(1, Duration.ofSeconds(1), 1, true),
            new PrintWriter(progress));

    @Test
    void whoever_waits_hears_of_every_turn_and_of_every_row() throws Exception {
        Section section = run.section("made", new Made("made", () -> {}));

        assertThat(section.failure()).isNull();
        assertThat(section.heap().peak()).isPositive();
        assertThat(progress.toString())
                .containsPattern("00:00:\\d\\d made: turn 1 of 1")
                .contains("made: found: 2.00 (≥ 1.00: met)");
    }

    @Test
    void a_suite_that_fails_leaves_what_it_had_found_and_why_it_ended() throws Exception {
        for (Throwable failure : List.of(new IllegalStateException("broken"), new NoClassDefFoundError("broken"))) {
            Section section = run.section("made", new Made("made", () -> {
                if (failure instanceof Error error) {
                    throw error;
                }
                throw (Exception) failure;
            }));

            assertThat(section.rows()).hasSize(1);
            assertThat(section.failure()).contains("broken");
        }
    }

    @Test
    void an_interrupt_ends_the_whole_run() {
        assertThatThrownBy(() -> run.section("made", new Made("made", () -> {
                    throw new InterruptedException();
                })))
                .isInstanceOf(InterruptedException.class);
    }

    @Test
    void two_suites_of_one_name_are_refused() {
        assertThatThrownBy(() -> new Suites(List.of(new Made("made", () -> {}), new Made("made", () -> {}))))
                .hasMessage("Two suites are called made.");
    }
}
