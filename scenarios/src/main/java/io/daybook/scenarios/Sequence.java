package io.daybook.scenarios;

import io.daybook.event.EntityType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Some tasks of a scenario, to be submitted by themselves. */
public final class Sequence extends Entity<Sequence> implements Submittable {

    Sequence(Scenarios home, String id) {
        super(home, EntityType.SEQUENCE, id);
    }

    @Override
    Sequence self() {
        return this;
    }

    /** What it is called in its scenario. */
    public String name() {
        return stored().text("name");
    }

    /** The one that it is part of. */
    public Scenario scenario() {
        return new Scenario(home, stored().text("owner_id"));
    }

    /** In the order in which they were given. */
    public List<Task> tasks() {
        return stored().texts("tasks").stream().map(id -> new Task(home, id)).toList();
    }

    public void setTasks(Collection<Task> tasks) {
        set("tasks", tasks.stream().map(Entity::id).toList());
    }

    /**
     * From now on that callback hears of each status of its jobs.
     *
     * @param callback by its name: see {@link Scenarios#callback}
     * @param parameters handed over each time
     */
    public void subscribe(String callback, Object... parameters) {
        run(draft -> Subscriptions.add(draft, this, callback, List.of(parameters)));
    }

    /** That callback does not any more, with these parameters. @throws NotSubscribed if it did not */
    public void unsubscribe(String callback, Object... parameters) {
        run(draft -> Subscriptions.remove(draft, this, callback, List.of(parameters)));
    }

    /** That callback does not any more, whichever parameters it was subscribed with first. @throws NotSubscribed if it did not */
    public void unsubscribeAny(String callback) {
        run(draft -> Subscriptions.remove(draft, this, callback, null));
    }

    /** All callbacks, with their parameters; replaces what was there. */
    public void setSubscribers(Collection<Subscription> subscriptions) {
        set("subscribers", new ArrayList<>(subscriptions));
    }

    /** Who hears of its jobs, in the order of subscription. */
    public List<Subscription> subscribers() {
        return Subscriptions.of(stored());
    }

    @Override
    public Submission submit(boolean force, Map<String, ?> properties) {
        return home.submit(this, force, properties);
    }

    @Override
    public boolean isSubmittable() {
        return Readiness.isSubmittable(home.core().view(), stored());
    }

    /** Its submissions, oldest first. */
    public List<Submission> submissions() {
        return home.submissionsOf(id());
    }
}
