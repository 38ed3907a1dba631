package io.daybook.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How long what is left of a run may take, for somebody who waits: what suites took before on a quiet machine of two cores (5 pairs, slices of
 * 2 s), times how much faster or slower this run was so far.
 *
 * @param names of the suites of the run, in their order
 */
record Schedule(List<String> names) {

    private static final Map<String, Double> MINUTES = Map.ofEntries(
            Map.entry("append", 13.0),
            Map.entry("group", 5.0),
            Map.entry("sequencer", 0.5),
            Map.entry("end-to-end", 0.5),
            Map.entry("latency", 2.0),
            Map.entry("catch-up", 9.0),
            Map.entry("sparse", 1.0),
            Map.entry("fan-out", 4.0),
            Map.entry("idle", 3.0),
            Map.entry("limit", 4.0),
            Map.entry("bytes", 1.3),
            Map.entry("jmh", 2.5),
            Map.entry("peer-axon", 9.5),
            Map.entry("peer-transaction-outbox", 4.0),
            Map.entry("peer-envers", 4.5),
            Map.entry("peer-javers", 4.5),
            Map.entry("peer-modulith", 1.0),
            Map.entry("peer-debezium", 5.5),
            Map.entry("peer-pgq", 5.0),
            Map.entry("catch-up-10m", 11.0),
            Map.entry("growth", 13.0),
            Map.entry("cursors", 30.0),
            Map.entry("questions", 15.0));

    /** Of a suite that nobody has timed, or a part of one. */
    private static final double UNKNOWN = 1;

    Schedule {
        names = List.copyOf(names);
    }

    /**
     * {@code suite 3 of 22, about 70 min left}.
     *
     * @param done suites that are through
     * @param elapsed since the first of them began
     */
    String text(int done, Duration elapsed) {
        String place = "suite %d of %d".formatted(done + 1, names.size());
        return left(done, elapsed)
                .map(left -> "%s, about %d min left".formatted(place, Math.max(1, Math.round(left.toSeconds() / 60.0))))
                .orElse(place);
    }

    /** Empty as long as none is through: a quick run, or one of long slices, has a pace of its own. */
    private Optional<Duration> left(int done, Duration elapsed) {
        double before = minutes(names.subList(0, done));
        if (before == 0) {
            return Optional.empty();
        }
        double pace = elapsed.toMillis() / 60_000.0 / before;
        return Optional.of(Duration.ofSeconds(Math.round(minutes(names.subList(done, names.size())) * pace * 60)));
    }

    static boolean isKnown(String suite) {
        return MINUTES.containsKey(suite);
    }

    private static double minutes(List<String> names) {
        return names.stream()
                .mapToDouble(name -> MINUTES.getOrDefault(name, UNKNOWN))
                .sum();
    }
}
