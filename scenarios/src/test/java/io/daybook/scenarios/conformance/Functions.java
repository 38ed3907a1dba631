package io.daybook.scenarios.conformance;

import io.daybook.scenarios.config.Inputs;
import io.daybook.scenarios.config.TaskFunction;
import java.util.List;

/** The functions that the tasks of the traces name. */
final class Functions {

    private static final long SLOW_MILLISECONDS = 200;

    private Functions() {}

    static TaskFunction named(String name) {
        return switch (name) {
            case "double" -> inputs -> number(inputs, 0) * 2;
            case "add_ten" -> inputs -> number(inputs, 0) + 10;
            case "add" -> inputs -> number(inputs, 0) + number(inputs, 1);
            case "identity" -> inputs -> inputs.get(0);
            case "split" -> inputs -> List.of(number(inputs, 0), number(inputs, 0) + 1);
            case "wrong_arity" -> inputs -> List.of(number(inputs, 0));
            case "produce" -> inputs -> 7;
            case "consume" -> inputs -> null;
            case "slow" ->
                inputs -> {
                    Thread.sleep(SLOW_MILLISECONDS);
                    return inputs.size() == 0 ? null : inputs.get(0);
                };
            case "fail" ->
                inputs -> {
                    throw new IllegalStateException("task failed on purpose");
                };
            default -> throw new IllegalArgumentException("No trace has a function " + name);
        };
    }

    private static long number(Inputs inputs, int place) {
        return inputs.get(place, Long.class);
    }
}
