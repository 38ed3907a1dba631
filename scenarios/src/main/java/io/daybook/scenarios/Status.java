package io.daybook.scenarios;

/** Where a job is. */
public enum Status {
    /** It was created. */
    SUBMITTED(false),
    /** It waits for its inputs. */
    BLOCKED(false),
    /** It waits for somebody to run it. */
    PENDING(false),
    /** Its function runs. */
    RUNNING(false),
    /** Its function was cancelled before it ran. */
    CANCELED(true),
    /** Its function failed; {@link Job#stacktrace()} says how. */
    FAILED(true),
    /** Its outputs are written. */
    COMPLETED(true),
    /** Its outputs were good already. */
    SKIPPED(true),
    /** It waited for one that failed or was cancelled. */
    ABANDONED(true);

    private final boolean last;

    Status(boolean last) {
        this.last = last;
    }

    /** Whether nothing comes after it. */
    public boolean isFinished() {
        return last;
    }
}
