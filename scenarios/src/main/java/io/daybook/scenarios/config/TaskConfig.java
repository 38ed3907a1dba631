package io.daybook.scenarios.config;

import io.daybook.event.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A kind of task: a function of data nodes. Immutable: each method answers a new one.
 *
 * <pre>{@code
 * TaskConfig.of("forecast", inputs -> forecast(inputs.get("sales", Sales.class))).reads(sales).writes(forecast)
 * }</pre>
 *
 * @param id unique among the tasks of a configuration
 * @param functionName what the log says of the function; the id if nothing is said
 * @param function what it does
 * @param inputs what it reads, in the order in which the function gets it
 * @param outputs what it writes, in the order in which the function answers it
 * @param skippable whether it need not run while its outputs are valid and no input is newer than they are
 * @param properties what the application wants to say about it
 */
public record TaskConfig(
        String id,
        String functionName,
        TaskFunction function,
        List<DataNodeConfig> inputs,
        List<DataNodeConfig> outputs,
        boolean skippable,
        Map<String, Value> properties) {

    /** Refuses names that make no sense, and a data node twice. */
    public TaskConfig {
        Names.check("task", id);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        properties = Map.copyOf(properties);
        for (List<DataNodeConfig> side : List.of(inputs, outputs)) {
            if (side.stream().map(DataNodeConfig::id).distinct().count() < side.size()) {
                throw new InvalidConfiguration("Task %s names a data node twice: %s."
                        .formatted(id, side.stream().map(DataNodeConfig::id).toList()));
            }
        }
    }

    /** A task that reads and writes nothing yet. @throws InvalidConfiguration if that is no name */
    public static TaskConfig of(String id, TaskFunction function) {
        return new TaskConfig(id, id, function, List.of(), List.of(), false, Map.of());
    }

    /** The same, reading these too. @throws InvalidConfiguration if it does already */
    public TaskConfig reads(DataNodeConfig... more) {
        return new TaskConfig(id, functionName, function, and(inputs, more), outputs, skippable, properties);
    }

    /** The same, writing these too. @throws InvalidConfiguration if it does already */
    public TaskConfig writes(DataNodeConfig... more) {
        return new TaskConfig(id, functionName, function, inputs, and(outputs, more), skippable, properties);
    }

    /** The same, which need not run while its outputs are valid and no input is newer than they are, or must. */
    public TaskConfig skippable(boolean mayBeSkipped) {
        return new TaskConfig(id, functionName, function, inputs, outputs, mayBeSkipped, properties);
    }

    /** The same, with a function that the log calls so. */
    public TaskConfig functionName(String name) {
        return new TaskConfig(id, name, function, inputs, outputs, skippable, properties);
    }

    /** The same, with that property. @throws io.daybook.event.InvalidEvent if it has no JSON form */
    public TaskConfig property(String name, @Nullable Object value) {
        Map<String, Value> more = new LinkedHashMap<>(properties);
        more.put(name, Value.of(value));
        return new TaskConfig(id, functionName, function, inputs, outputs, skippable, more);
    }

    private static List<DataNodeConfig> and(List<DataNodeConfig> some, DataNodeConfig... more) {
        return new ArrayList<>(Stream.concat(some.stream(), Stream.of(more)).toList());
    }
}
