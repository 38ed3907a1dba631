package io.daybook.bench;

/** One thing to measure. */
interface Suite {

    /**
     * Measures it.
     *
     * @param report takes the rows of the table
     */
    void run(Server server, Plan plan, Report report) throws Exception;

    /** How often, and how long at a time. */
    record Plan(int pairs, java.time.Duration slice) {}

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
