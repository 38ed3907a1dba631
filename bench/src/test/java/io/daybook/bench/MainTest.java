package io.daybook.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Only what ends before a server is needed; a measurement is no test. */
class MainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine commandLine = Main.commandLine(Suites.known());
        return commandLine
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    @Test
    void help_lists_every_suite_with_what_it_does() {
        assertThat(run("--help")).isZero();
        for (Suite suite : Suites.known().all()) {
            assertThat(out.toString()).contains(suite.name());
        }
        assertThat(out.toString())
                .contains("4x100-stopped")
                .contains("questions*")
                .contains("cursors*");
    }

    @Test
    void a_suite_that_is_not_there_is_refused_before_anything_runs() {
        assertThat(run("append", "nonsense")).isEqualTo(2);
        assertThat(err.toString())
                .contains("There is no suite nonsense. Known are ")
                .contains("append, ");
    }

    @Test
    void a_variant_that_is_not_there_is_refused_too() {
        assertThat(run("append:3x3")).isEqualTo(2);
        assertThat(err.toString()).contains("The suite append has no variant 3x3. It has 1x1, 16x1, ");
        assertThat(run("sequencer:1x1")).isEqualTo(2);
        assertThat(err.toString()).contains("The suite sequencer has no variant 1x1. It runs as a whole.");
    }

    @Test
    void only_a_whole_run_writes_the_results_unless_a_file_is_named() {
        Path root = Path.of("sources");
        assertThat(Main.destination(null, false, root)).isEqualTo(Path.of("sources/bench/RESULTS.md"));
        assertThat(Main.destination(null, true, root)).isNull();
        assertThat(Main.destination(Path.of("mine.md"), true, root)).isEqualTo(Path.of("mine.md"));
        assertThat(Main.destination(Path.of("mine.md"), false, root)).isEqualTo(Path.of("mine.md"));
    }

    @Test
    void nothing_can_be_measured_less_than_once() {
        assertThat(run("--pairs", "0", "append")).isEqualTo(2);
        assertThat(err.toString()).contains("--pairs is 0, and must be at least 1.");
    }

    @Test
    void every_variant_can_be_asked_for_alone() {
        Suites suites = Suites.known();
        for (Suite suite : suites.all()) {
            for (String variant : suite.variants()) {
                assertThat(suites.named(suite.name() + ":" + variant).variants())
                        .isEqualTo(List.of(variant));
            }
        }
    }

    @Test
    void what_takes_longest_comes_last_or_only_by_name() {
        assertThat(Suites.known().byDefault())
                .extracting(Suite::name)
                .startsWith("append")
                .endsWith("catch-up-10m", "growth")
                .doesNotContain("questions", "cursors");
    }
}
