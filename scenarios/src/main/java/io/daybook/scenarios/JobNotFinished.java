package io.daybook.scenarios;

/** A job that is not finished is only deleted by force (Taipy: JobNotDeletedException). */
public final class JobNotFinished extends ScenarioException {

    private static final long serialVersionUID = 1L;

    JobNotFinished(String job, Status status) {
        super("Job %s is %s. Nothing was deleted; cancel it, wait for it, or delete it by force."
                .formatted(job, status));
    }
}
