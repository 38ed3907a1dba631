package io.daybook.scenarios.conformance;

import io.daybook.scenarios.conformance.Comparison.Verdict;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** How many steps match, match but for a declared kind of difference, or do not. */
final class Report {

    private final Map<String, List<Verdict>> traces = new LinkedHashMap<>();

    void add(List<Verdict> verdicts) {
        verdicts.forEach(verdict -> traces.computeIfAbsent(verdict.trace().name(), name -> new ArrayList<>())
                .add(verdict));
    }

    private static boolean isMatched(Verdict verdict) {
        return verdict.mismatch() == null && verdict.kinds().isEmpty();
    }

    private static boolean isDeclared(Verdict verdict) {
        return verdict.mismatch() == null && !verdict.kinds().isEmpty();
    }

    private List<Verdict> all() {
        return traces.values().stream().flatMap(List::stream).toList();
    }

    List<Verdict> mismatches() {
        return all().stream().filter(verdict -> verdict.mismatch() != null).toList();
    }

    /** Kinds that no step needed. */
    Set<Kind> dead() {
        Set<Kind> dead = EnumSet.allOf(Kind.class);
        all().forEach(verdict -> dead.removeAll(verdict.kinds()));
        return dead;
    }

    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        lines.add("%-45s %8s %8s %10s".formatted("trace", "matched", "declared", "mismatched"));
        traces.forEach((name, verdicts) -> {
            lines.add(line(name, verdicts));
            String kinds = kinds(verdicts);
            if (!kinds.isEmpty()) {
                lines.add("    " + kinds);
            }
        });
        lines.add(line("in all", all()));
        lines.add("");
        for (Kind kind : Kind.values()) {
            long steps = all().stream()
                    .filter(verdict -> verdict.kinds().contains(kind))
                    .count();
            lines.add("%-24s %4d steps: %s".formatted(kind, steps, kind.rule()));
        }
        for (Verdict verdict : mismatches()) {
            lines.add("");
            lines.add("%s, %s".formatted(verdict.trace().name(), verdict.step()));
            lines.add(String.valueOf(verdict.mismatch()));
        }
        return String.join(System.lineSeparator(), lines);
    }

    private static String line(String name, List<Verdict> verdicts) {
        return "%-45s %8d %8d %10d"
                .formatted(
                        name,
                        verdicts.stream().filter(Report::isMatched).count(),
                        verdicts.stream().filter(Report::isDeclared).count(),
                        verdicts.stream()
                                .filter(verdict -> verdict.mismatch() != null)
                                .count());
    }

    private static String kinds(List<Verdict> verdicts) {
        Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
        verdicts.forEach(verdict -> verdict.kinds().forEach(kind -> counts.merge(kind, 1, Integer::sum)));
        return counts.entrySet().stream()
                .map(count -> "%s %d".formatted(count.getKey(), count.getValue()))
                .collect(Collectors.joining(", "));
    }
}
