package io.daybook.scenarios;

import io.daybook.event.EntityType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One run of a task. */
public final class Job extends Entity<Job> {

    Job(Scenarios home, String id) {
        super(home, EntityType.JOB, id);
    }

    @Override
    Job self() {
        return this;
    }

    /** The one that it runs. */
    public Task task() {
        return new Task(home, stored().text("task"));
    }

    public void setTask(Task task) {
        set("task", task.id());
    }

    /** The submission that it is part of. */
    public Submission submission() {
        return new Submission(home, stored().text("submission"));
    }

    /** When it was created. */
    public Instant creationDate() {
        return Instant.parse(stored().text("creation_date"));
    }

    public void setCreationDate(Instant date) {
        set("creation_date", date.toString());
    }

    /** Whether it runs though it could be skipped. */
    public boolean isForced() {
        return stored().flag("force");
    }

    public void setForced(boolean force) {
        set("force", force);
    }

    /** Where it is. */
    public Status status() {
        return Statuses.of(stored());
    }

    /** Where it is, by hand; its submission does not follow. */
    public void setStatus(Status status) {
        set("status", status);
    }

    /**
     * Where it is, by hand, for whoever runs jobs elsewhere: its submission follows; where it failed, what waits for it is abandoned; where its
     * outputs were written, what waits for them can run.
     */
    public void become(Status status) {
        run(draft -> {
            if (status == Status.FAILED) {
                Statuses.fail(draft, id(), List.of());
            } else {
                Statuses.set(draft, id(), status);
            }
        });
    }

    /** What its function threw, a text for each line; empty if it did not. */
    public List<String> stacktrace() {
        return stored().texts("stacktrace");
    }

    public void setStacktrace(List<String> lines) {
        set("stacktrace", lines);
    }

    /** The node that runs it, or ran it; empty if none has begun. */
    public Optional<String> node() {
        return stored().maybeText("node");
    }

    /** Whether nothing more will become of it. */
    public boolean isFinished() {
        return status().isFinished();
    }

    /**
     * It shall not run. If it runs already it goes on, and its outputs stay locked until it ends, but what waits for it is abandoned. If it is
     * finished this changes nothing.
     */
    public void cancel() {
        run(draft -> Statuses.cancel(draft, id()));
    }

    /**
     * Waits until it is finished, wherever it runs.
     *
     * @return this
     * @throws WaitTimeout if it is not in time
     * @throws InterruptedException if the thread was interrupted
     */
    public Job await(Duration timeout) throws InterruptedException {
        home.await(toString(), this::isFinished, timeout);
        return this;
    }

    /**
     * It ends.
     *
     * @param force whether it may be unfinished
     * @throws JobNotFinished if it is, and may not
     */
    public void delete(boolean force) {
        run(draft -> new Deletion(draft).job(id(), force));
    }
}
