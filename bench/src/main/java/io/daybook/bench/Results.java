package io.daybook.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a run found, as a page of Markdown with its drawings.
 *
 * @param missing suites of the run that had no turn yet: empty at its end
 */
record Results(Circumstances circumstances, List<Section> sections, List<String> missing) {

    private static final String PLOTS = "plots";

    Results {
        sections = List.copyOf(sections);
        missing = List.copyOf(missing);
    }

    boolean failed() {
        return sections.stream().anyMatch(section -> section.failure() != null);
    }

    /** The page, with a drawing as a list of its points: for somebody who reads it in a terminal. */
    String text() {
        return page(false);
    }

    /** Writes the page, and the drawings into the folder {@code plots} beside it. */
    void write(Path file) throws IOException {
        Path folder = file.resolveSibling("");
        Files.createDirectories(folder.toAbsolutePath());
        for (Section section : sections) {
            for (int i = 0; i < section.curves().size(); i++) {
                Files.createDirectories(folder.resolve(PLOTS).toAbsolutePath());
                Files.writeString(
                        folder.resolve(plot(section, i)),
                        Drawing.of(section.curves().get(i)));
            }
        }
        Files.writeString(file, page(true));
    }

    private static String plot(Section section, int index) {
        return "%s/%s-%d.svg".formatted(PLOTS, section.name().replaceAll("[^A-Za-z0-9-]", "-"), index + 1);
    }

    private String page(boolean drawn) {
        StringBuilder page = new StringBuilder("""
                # What was measured

                Written by the command below; never edited by hand. A ratio is Daybook ÷ the same work done otherwise, turn by turn in one run:
                its median, and in brackets the lowest and the highest. [docs/performance.md](../docs/performance.md) says what is compared.

                """);
        table(
                page,
                List.of("", ""),
                circumstances.facts().entrySet().stream()
                        .map(fact -> List.of(fact.getKey(), fact.getValue()))
                        .toList());
        if (!missing.isEmpty()) {
            page.append("**This run has not come to its end.** Not measured: %s.\n\n"
                    .formatted(String.join(", ", missing)));
        }
        targets(page);
        page.append("## What ran\n\n");
        table(
                page,
                List.of("suite", "took", "heap after it", "heap at the highest"),
                sections.stream()
                        .map(section -> List.of(
                                "[%s](#%s)".formatted(section.name(), anchor(section.name())),
                                seconds(section.took()) + (section.failure() == null ? "" : ", **failed**"),
                                megabytes(section.heap().used()),
                                megabytes(section.heap().peak())))
                        .toList());
        for (Section section : sections) {
            section(page, section, drawn);
        }
        return page.toString().stripTrailing() + "\n";
    }

    private void targets(StringBuilder page) {
        List<List<String>> rows = new ArrayList<>();
        int met = 0;
        for (Section section : sections) {
            for (Row row : section.rows()) {
                if (!(row.target() instanceof Target.None)) {
                    rows.add(List.of(
                            section.name(),
                            row.what(),
                            row.result(),
                            row.target().text(),
                            met(row)));
                    met += isMet(row) ? 1 : 0;
                }
            }
            if (section.failure() != null) {
                rows.add(List.of(section.name(), "the suite failed", "", "", "**not met**"));
            }
        }
        if (!rows.isEmpty()) {
            page.append("## Targets\n\n").append("%d of %d are met.\n\n".formatted(met, rows.size()));
            table(page, List.of("suite", "what", "median (range)", "target", "met"), rows);
        }
    }

    private static void section(StringBuilder page, Section section, boolean drawn) {
        page.append("## ").append(section.name()).append("\n\n");
        page.append(section.description()).append("\n\n");
        if (!section.rows().isEmpty()) {
            table(
                    page,
                    List.of("what", "median (range)", "target", "met", "detail"),
                    section.rows().stream()
                            .map(row -> List.of(
                                    row.what(), row.result(), row.target().text(), met(row), row.detail()))
                            .toList());
        }
        if (section.failure() != null) {
            page.append("**Failed:** ").append(section.failure()).append("\n\n");
        }
        for (int i = 0; i < section.curves().size(); i++) {
            Curve curve = section.curves().get(i);
            if (drawn) {
                page.append("![%s](%s)\n\n".formatted(curve.title(), plot(section, i)));
            } else {
                points(page, curve);
            }
        }
    }

    private static void points(StringBuilder page, Curve curve) {
        page.append(curve.title()).append("\n\n");
        List<List<String>> rows = new ArrayList<>();
        for (Curve.Line line : curve.lines()) {
            for (Curve.Point point : line.points()) {
                rows.add(List.of(line.name(), Drawing.number(point.across()), Drawing.number(point.up())));
            }
        }
        table(page, List.of("", curve.across(), curve.up()), rows);
    }

    private static boolean isMet(Row row) {
        return row.target().isMetBy(row.found().median());
    }

    private static String met(Row row) {
        if (row.target() instanceof Target.None) {
            return "";
        }
        return isMet(row) ? "met" : "**not met**";
    }

    private static void table(StringBuilder page, List<String> head, List<List<String>> rows) {
        line(page, head);
        line(page, head.stream().map(cell -> "---").toList());
        rows.forEach(row -> line(page, row));
        page.append("\n");
    }

    private static void line(StringBuilder page, List<String> cells) {
        page.append("|");
        for (String cell : cells) {
            page.append(' ')
                    .append(cell.replace("|", "\\|").replaceAll("\\R", " "))
                    .append(" |");
        }
        page.append("\n");
    }

    /** As GitHub makes it of a heading. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 _-]", "").replace(' ', '-');
    }

    /** {@code 4 min 12 s}. */
    static String seconds(Duration duration) {
        long seconds = duration.toSeconds();
        return seconds < 60 ? seconds + " s" : "%d min %d s".formatted(seconds / 60, seconds % 60);
    }

    static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MB", bytes >> 20);
    }
}
