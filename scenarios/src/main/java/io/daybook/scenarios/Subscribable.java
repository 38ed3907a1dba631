package io.daybook.scenarios;

import io.daybook.event.EntityType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What is made of tasks, and whose jobs callbacks can subscribe to: a scenario, or a sequence.
 *
 * @param <S> its own type
 */
public abstract sealed class Subscribable<S extends Subscribable<S>> extends Entity<S> implements Submittable
        permits Scenario, Sequence {

    Subscribable(Scenarios home, EntityType type, String id) {
        super(home, type, id);
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
