package io.daybook.bench;

import java.time.Duration;

/** One thing to measure. Those of the profile {@code peers} are found as services. */
public interface Suite {

    /** As it is asked for on the command line. */
    String name();

    /** One sentence for the table of contents. */
    String description();

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
    }
}
