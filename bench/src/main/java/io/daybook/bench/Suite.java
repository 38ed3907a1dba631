package io.daybook.bench;

/** One thing to measure. */
interface Suite {

    /**
     * Measures it.
     *
     * @param report takes the rows of the table
     */
    void run(Server server, Plan plan, Report report) throws Exception;

    /** How often, how long at a time, and of how many events where a suite fills a log. */
    record Plan(int pairs, java.time.Duration slice, long events) {}

    /** Takes what was found. */
    interface Report {
        /**
         * One row of the table.
         *
         * @param what was measured
         * @param result the median, and the range
         * @param target what it should be
         * @param detail in numbers without a target
         */
        void row(String what, String result, String target, String detail);
    }
}
