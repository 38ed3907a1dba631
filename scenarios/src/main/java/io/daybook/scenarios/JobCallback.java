package io.daybook.scenarios;

import io.daybook.event.Value;
import java.util.List;

/**
 * Hears of each status of the jobs of a scenario or sequence that it {@linkplain Scenario#subscribe subscribes} to, in the process that made
 * the change, after it was committed. For what must not be missed, use an {@code EventProcessor}.
 */
@FunctionalInterface
public interface JobCallback {

    /**
     * A job has another status.
     *
     * @param parameters as they were given at the subscription
     * @throws Exception is logged, and changes nothing
     */
    void jobChanged(Entity<?> submitted, Job job, List<Value> parameters) throws Exception;
}
