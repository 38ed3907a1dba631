package io.daybook.scenarios;

import io.daybook.event.Value;
import java.util.List;

/**
 * That a callback hears of the jobs of a scenario or sequence.
 *
 * @param callback its name: see {@link Scenarios#callback}
 * @param params handed over each time
 */
public record Subscription(String callback, List<Value> params) {

    /** Copies the parameters. */
    public Subscription {
        params = List.copyOf(params);
    }
}
