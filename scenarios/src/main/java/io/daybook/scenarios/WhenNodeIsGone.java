package io.daybook.scenarios;

/** What becomes of a job that was running on a node which is gone, or was silent for longer than its lease. */
public enum WhenNodeIsGone {
    /** It has failed: what it did outside of its data nodes may have been done, and shall not be done twice. The default. */
    FAIL,
    /** It is run again: its function does no harm when it is run twice. */
    RUN_AGAIN
}
