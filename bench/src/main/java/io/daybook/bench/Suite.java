package io.daybook.bench;

import java.time.Duration;
import java.util.List;

/** One thing to measure. Those of the profile {@code peers} are found as services. */
public interface Suite {

    /** As it is asked for on the command line. */
    String name();

    /** One sentence for the table of contents. */
    String description();

    /** Whether it is left out unless somebody asks for it, as it takes long or much room. */
    default boolean onlyByName() {
        return false;
    }

    /** Parts that can be asked for alone, as {@code suite:variant}, in the order in which they run; empty = it is one whole. */
    default List<String> variants() {
        return List.of();
    }

    /**
     * The same suite with that part alone.
     *
     * @param variant one of {@link #variants()}
     */
    default Suite only(String variant) {
        throw new IllegalArgumentException("%s has no variants.".formatted(name()));
    }

    /**
     * Measures it.
     *
     * @param report takes what was found, as soon as it was
     */
    void run(Server server, Plan plan, Report report) throws Exception;

    /**
     * How often, how long at a time, and of how many events where a suite fills a log.
     *
     * @param pairs how often each of the two sides has its turn
     * @param slice how long a turn is, where it is measured by time
     * @param events most events of a log that a suite fills
     * @param quick whether a rough answer will do: small logs, the fewest variants
     */
    record Plan(int pairs, Duration slice, long events, boolean quick) {}

    /** Takes what was found. */
    interface Report {
        /** A row of the suite's table. */
        void row(Row row);

        /** A drawing below the suite's table. */
        void curve(Curve curve);

        /** What it is doing now, for somebody who waits: {@code 16x1: turn 2 of 5}. Not part of what was found. */
        default void progress(String doing) {}
    }
}
