package io.daybook.doctor;

/** One thing to look at. */
interface Check {

    /** One word for it. */
    String name();

    /** Looks, and tells the examination what it finds, good or bad: at least one finding. */
    void run(Examination examination);
}
