package io.daybook.scenarios;

import java.util.Map;

/** What can be submitted: a scenario, a sequence, a task. */
public sealed interface Submittable permits Subscribable, Task {

    /** The same in events. */
    String id();

    /**
     * Makes jobs of its tasks. They run when their inputs are ready, if an orchestrator is running: in development mode before this returns,
     * else as soon as somebody has time.
     *
     * @throws ModelNotFound if it does not exist
     * @throws NonExistingDataNode if a data node of a task was deleted
     */
    default Submission submit() {
        return submit(false, Map.of());
    }

    /**
     * Makes jobs of its tasks.
     *
     * @param force whether tasks run that could be skipped
     * @param properties of the submission
     * @throws ModelNotFound if it does not exist
     * @throws NonExistingDataNode if a data node of a task was deleted
     */
    Submission submit(boolean force, Map<String, ?> properties);

    /** Whether everything that it reads and does not write itself is there, and not being edited. */
    boolean isSubmittable();
}
