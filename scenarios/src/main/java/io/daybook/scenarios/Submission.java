package io.daybook.scenarios;

import io.daybook.event.EntityType;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** That a scenario, sequence or task was submitted, and what became of it. */
public final class Submission extends Entity<Submission> {

    Submission(Scenarios home, String id) {
        super(home, EntityType.SUBMISSION, id);
    }

    @Override
    Submission self() {
        return this;
    }

    /** What was submitted. */
    public String entityId() {
        return stored().text("entity_id");
    }

    /** Its type. */
    public EntityType entityType() {
        return EntityType.of(stored().text("entity_type"));
    }

    /** Its kind; empty for a sequence, which has none. */
    public Optional<String> entityConfigId() {
        return stored().maybeText("entity_config_id");
    }

    /** When it was submitted. */
    public Instant creationDate() {
        return Instant.parse(stored().text("creation_date"));
    }

    /** In the order in which they can run. */
    public List<Job> jobs() {
        return stored().texts("jobs").stream().map(id -> new Job(home, id)).toList();
    }

    public void setJobs(Collection<Job> jobs) {
        set("jobs", jobs.stream().map(Entity::id).toList());
    }

    /** Where it is. */
    public SubmissionStatus status() {
        return Statuses.ofSubmission(stored());
    }

    /** Where it is, by hand. */
    public void setStatus(SubmissionStatus status) {
        set("submission_status", status);
    }

    /** Sets one of Taipy's flags by hand. They follow from the jobs, and say nothing here. */
    public void setFlag(Flag flag, boolean value) {
        set(flag.attribute, value);
    }

    /** What Taipy keeps of a submission beside its status. */
    public enum Flag {
        /** Some job was abandoned. */
        ABANDONED("is_abandoned"),
        /** All jobs are completed or skipped. */
        COMPLETED("is_completed"),
        /** Some job was cancelled. */
        CANCELED("is_canceled");

        private final String attribute;

        Flag(String attribute) {
            this.attribute = attribute;
        }
    }

    /** Whether all of its jobs are finished. */
    public boolean isFinished() {
        return stored().texts("jobs").stream()
                .flatMap(job -> home.core().view().find(EntityType.JOB, job).stream())
                .allMatch(job -> Statuses.of(job).isFinished());
    }

    /** Cancels every job that is not finished. */
    public void cancel() {
        run(draft -> draft.get(type(), id()).texts("jobs").forEach(job -> {
            if (draft.find(EntityType.JOB, job).isPresent()) {
                Statuses.cancel(draft, job);
            }
        }));
    }

    /**
     * Waits until all of its jobs are finished, wherever they run.
     *
     * @return this
     * @throws WaitTimeout if they are not in time
     * @throws InterruptedException if the thread was interrupted
     */
    public Submission await(Duration timeout) throws InterruptedException {
        home.await(toString(), this::isFinished, timeout);
        return this;
    }
}
