package io.daybook.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {

    private static final Circumstances CIRCUMSTANCES = new Circumstances(Map.of("commit", "abc"));
    private static final Heap HEAP = new Heap(20L << 20, 300L << 20);

    private static Series series(double... values) {
        Series series = new Series();
        for (double value : values) {
            series.add(value);
        }
        return series;
    }

    private static Section section(List<Row> rows, List<Curve> curves) {
        return new Section("append:16x1", "Appends.", rows, curves, Duration.ofSeconds(192), HEAP, null);
    }

    @Test
    void a_row_tells_its_median_and_range_and_whether_its_target_is_met() {
        String text = new Results(
                        CIRCUMSTANCES,
                        List.of(section(
                                List.of(
                                        Row.ratio(
                                                "fast", series(1.5, 1.2, 1.4), Target.atLeast(1.3), "14 ÷ 10 events/s"),
                                        Row.ratio("slow", series(1.29), Target.atLeast(1.3), ""),
                                        new Row("late", series(3, 5), "ms", 1, Target.atMost(4), ""),
                                        new Row("free", series(7), "ms", 0, Target.none(), "")),
                                List.of())),
                        List.of())
                .text();

        assertThat(text)
                .contains("| commit | abc |")
                .contains("| fast | 1.40 (1.20–1.50) | ≥ 1.30 | met | 14 ÷ 10 events/s |")
                .contains("| slow | 1.29 | ≥ 1.30 | **not met** |")
                .contains("| late | 4.0 (3.0–5.0) ms | ≤ 4.00 | met |")
                .contains("| free | 7 ms |  |  |  |");
    }

    @Test
    void all_targets_are_in_one_table_at_the_top() {
        String text = new Results(
                        CIRCUMSTANCES,
                        List.of(section(
                                List.of(
                                        Row.ratio("fast", series(1.4), Target.atLeast(1.3), ""),
                                        Row.ratio("slow", series(1.29), Target.atLeast(1.3), ""),
                                        new Row("free", series(7), "ms", 0, Target.none(), "")),
                                List.of())),
                        List.of())
                .text();

        String overview = text.substring(text.indexOf("## Targets"), text.indexOf("## What ran"));
        assertThat(overview)
                .contains("1 of 2 are met.")
                .contains("| append:16x1 | slow | 1.29 | ≥ 1.30 | **not met** |")
                .doesNotContain("free");
        assertThat(text).contains("| [append:16x1](#append16x1) | 3 min 12 s | 20 MB | 300 MB |");
    }

    @Test
    void a_failure_is_told_beside_what_was_found_before_it() {
        Results results = new Results(
                CIRCUMSTANCES,
                List.of(new Section(
                        "append",
                        "Appends.",
                        List.of(Row.ratio("fast", series(1.4), Target.atLeast(1.3), "")),
                        List.of(),
                        Duration.ofSeconds(2),
                        HEAP,
                        "java.io.IOException: no | room\nat all")),
                List.of());

        assertThat(results.failed()).isTrue();
        assertThat(results.text())
                .contains("1 of 2 are met.")
                .contains("| append | the suite failed |")
                .contains("| fast | 1.40 |")
                .contains("**Failed:** java.io.IOException: no | room");
    }

    @Test
    void a_run_that_was_broken_off_says_what_it_did_not_come_to() {
        Section done = section(List.of(Row.ratio("fast", series(1.4), Target.atLeast(1.3), "")), List.of());

        assertThat(new Results(CIRCUMSTANCES, List.of(done), List.of("growth", "idle")).text())
                .contains("**This run has not come to its end.** Not measured: growth, idle.")
                .contains("1 of 1 are met.");
        assertThat(new Results(CIRCUMSTANCES, List.of(done), List.of()).text())
                .doesNotContain("has not come to its end");
    }

    @Test
    void what_would_break_a_table_does_not() {
        String text = new Results(
                        CIRCUMSTANCES,
                        List.of(section(List.of(Row.ratio("a|b", series(1), Target.none(), "two\nlines")), List.of())),
                        List.of())
                .text();

        assertThat(text).contains("| a\\|b | 1.00 |  |  | two lines |");
    }

    @Test
    void drawings_lie_beside_the_page_and_are_linked_from_it(@TempDir Path folder) throws Exception {
        Curve curve = new Curve(
                "Growth", "events", "ms", List.of(new Curve.Line("state", List.of(new Curve.Point(10, 0.5)))));
        Path file = folder.resolve("deep").resolve("RESULTS.md");

        new Results(CIRCUMSTANCES, List.of(section(List.of(), List.of(curve, curve))), List.of()).write(file);

        assertThat(file)
                .content()
                .contains("![Growth](plots/append-16x1-1.svg)")
                .contains("![Growth](plots/append-16x1-2.svg)");
        assertThat(Files.readString(folder.resolve("deep/plots/append-16x1-2.svg")))
                .startsWith("<svg");
    }

    @Test
    void in_a_terminal_a_drawing_is_its_points() {
        Curve curve = new Curve(
                "Growth", "events", "ms", List.of(new Curve.Line("state", List.of(new Curve.Point(20_000, 0.5)))));

        assertThat(new Results(CIRCUMSTANCES, List.of(section(List.of(), List.of(curve))), List.of()).text())
                .contains("|  | events | ms |")
                .contains("| state | 20 k | 0.5 |")
                .doesNotContain(".svg");
    }
}
