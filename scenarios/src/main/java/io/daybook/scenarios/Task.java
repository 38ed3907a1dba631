package io.daybook.scenarios;

import io.daybook.event.EntityType;
import java.util.List;
import java.util.Map;

/** A function of data nodes. */
public final class Task extends Entity<Task> implements Submittable {

    Task(Scenarios home, String id) {
        super(home, EntityType.TASK, id);
    }

    @Override
    Task self() {
        return this;
    }

    /** Of which kind it is. */
    public String configId() {
        return stored().text("config_id");
    }

    /** What it reads, in the order in which its function gets it. */
    public List<DataNode> inputs() {
        return stored().texts("inputs").stream()
                .map(id -> new DataNode(home, id))
                .toList();
    }

    /** What it writes, in the order in which its function answers it. */
    public List<DataNode> outputs() {
        return stored().texts("outputs").stream()
                .map(id -> new DataNode(home, id))
                .toList();
    }

    /** What the log says of its function. */
    public String function() {
        return stored().text("function");
    }

    /** The log says something else of its function; which one runs is for the configuration. */
    public void setFunction(String name) {
        set("function", name);
    }

    /** Whether it need not run while its outputs are valid and no input is newer than they are. */
    public boolean isSkippable() {
        return stored().flag("skippable");
    }

    public void setSkippable(boolean skippable) {
        set("skippable", skippable);
    }

    @Override
    public Submission submit(boolean force, Map<String, ?> properties) {
        return home.submit(this, force, properties);
    }

    @Override
    public boolean isSubmittable() {
        return Readiness.isSubmittable(home.core().view(), stored());
    }

    /** Its jobs, oldest first. */
    public List<Job> jobs() {
        return home.core().view().related(Relation.JOBS_OF_TASK, id()).stream()
                .map(job -> new Job(home, job.id()))
                .toList();
    }

    /** Its submissions by itself, oldest first. */
    public List<Submission> submissions() {
        return home.submissionsOf(id());
    }
}
