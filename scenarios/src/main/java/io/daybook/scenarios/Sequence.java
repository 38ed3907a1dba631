package io.daybook.scenarios;

import io.daybook.event.EntityType;
import java.util.Collection;
import java.util.List;

/** Some tasks of a scenario, to be submitted by themselves. */
public final class Sequence extends Subscribable<Sequence> {

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
}
