package io.daybook.scenarios;

/** Where a submission is: what its jobs make of it (FEATURES §5, trace l). */
public enum SubmissionStatus {
    /** It was created. */
    SUBMITTED(false),
    /** No job was abandoned, cancelled, or can be run, and some are not finished. */
    BLOCKED(false),
    /** Some job waits for somebody to run it. */
    PENDING(false),
    /** Some job runs. */
    RUNNING(false),
    /** Some job was cancelled. */
    CANCELED(true),
    /** Some job failed. */
    FAILED(true),
    /** All jobs are completed or skipped. */
    COMPLETED(true),
    /** Some job was abandoned, though none failed or was cancelled: it waits for one that was cancelled while it ran. */
    UNDEFINED(true);

    private final boolean last;

    SubmissionStatus(boolean last) {
        this.last = last;
    }

    /** Whether it will not become anything else by itself. */
    public boolean isFinished() {
        return last;
    }
}
