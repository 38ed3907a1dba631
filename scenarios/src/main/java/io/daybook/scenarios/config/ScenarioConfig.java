package io.daybook.scenarios.config;

import io.daybook.event.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A kind of scenario: tasks that belong together. Immutable: each method answers a new one.
 *
 * <pre>{@code
 * ScenarioConfig.of("month", clean, forecast).frequency(Frequency.MONTHLY).sequence("preparation", clean)
 * }</pre>
 *
 * @param id unique among the scenarios of a configuration
 * @param tasks what it does, in the order in which they are created
 * @param additionalDataNodes what belongs to it though no task reads or writes it
 * @param frequency how long its cycles are; null = it has none
 * @param sequences parts of it that can be submitted by themselves: names and tasks
 * @param properties what the application wants to say about it; {@code authorized_tags}, if it is there, is the list of tags that it may have
 */
public record ScenarioConfig(
        String id,
        List<TaskConfig> tasks,
        List<DataNodeConfig> additionalDataNodes,
        @Nullable Frequency frequency,
        Map<String, List<TaskConfig>> sequences,
        Map<String, Value> properties) {

    /** Refuses names that make no sense, ids twice, circles, and sequences of tasks that it does not have. */
    public ScenarioConfig {
        Names.check("scenario", id);
        tasks = List.copyOf(tasks);
        additionalDataNodes = List.copyOf(additionalDataNodes);
        sequences = Collections.unmodifiableMap(new LinkedHashMap<>(sequences));
        properties = Map.copyOf(properties);
        if (tasks.stream().map(TaskConfig::id).distinct().count() < tasks.size()) {
            throw new InvalidConfiguration("Scenario %s has a task twice: %s."
                    .formatted(id, tasks.stream().map(TaskConfig::id).toList()));
        }
        for (Map.Entry<String, List<TaskConfig>> sequence : sequences.entrySet()) {
            for (TaskConfig task : sequence.getValue()) {
                if (!tasks.contains(task)) {
                    throw new InvalidConfiguration(
                            "Sequence %s of scenario %s has task %s, which the scenario does not have."
                                    .formatted(sequence.getKey(), id, task.id()));
                }
            }
        }
        refuseCircles(id, tasks);
    }

    private static void refuseCircles(String id, List<TaskConfig> tasks) {
        Set<TaskConfig> done = new HashSet<>();
        for (TaskConfig task : tasks) {
            visit(id, task, tasks, done, new ArrayDeque<>());
        }
    }

    private static void visit(
            String id, TaskConfig task, List<TaskConfig> tasks, Set<TaskConfig> done, Deque<TaskConfig> path) {
        if (done.contains(task)) {
            return;
        }
        if (path.contains(task)) {
            throw new InvalidConfiguration("The tasks of scenario %s wait for each other in a circle: %s."
                    .formatted(id, path.stream().map(TaskConfig::id).toList()));
        }
        path.push(task);
        for (TaskConfig next : tasks) {
            if (next.inputs().stream().anyMatch(task.outputs()::contains)) {
                visit(id, next, tasks, done, path);
            }
        }
        path.pop();
        done.add(task);
    }

    /** A scenario of these tasks, without a cycle. @throws InvalidConfiguration if that is no name, or the tasks make no sense together */
    public static ScenarioConfig of(String id, TaskConfig... tasks) {
        return new ScenarioConfig(id, List.of(tasks), List.of(), null, Map.of(), Map.of());
    }

    /** The same, with these data nodes too. */
    public ScenarioConfig additionalDataNodes(DataNodeConfig... more) {
        List<DataNodeConfig> all = new ArrayList<>(additionalDataNodes);
        all.addAll(List.of(more));
        return new ScenarioConfig(id, tasks, all, frequency, sequences, properties);
    }

    /** The same, with cycles of that length. */
    public ScenarioConfig frequency(Frequency newFrequency) {
        return new ScenarioConfig(id, tasks, additionalDataNodes, newFrequency, sequences, properties);
    }

    /** The same, with that sequence. @throws InvalidConfiguration if the scenario does not have one of the tasks */
    public ScenarioConfig sequence(String name, TaskConfig... its) {
        Map<String, List<TaskConfig>> more = new LinkedHashMap<>(sequences);
        more.put(name, List.of(its));
        return new ScenarioConfig(id, tasks, additionalDataNodes, frequency, more, properties);
    }

    /** The same, with that property. @throws io.daybook.event.InvalidEvent if it has no JSON form */
    public ScenarioConfig property(String name, @Nullable Object value) {
        Map<String, Value> more = new LinkedHashMap<>(properties);
        more.put(name, Value.of(value));
        return new ScenarioConfig(id, tasks, additionalDataNodes, frequency, sequences, more);
    }

    /** The data nodes of its tasks, each once, in the order in which the tasks name them (inputs first). */
    public List<DataNodeConfig> taskDataNodes() {
        Set<DataNodeConfig> nodes = new LinkedHashSet<>();
        tasks.forEach(task ->
                Stream.of(task.inputs(), task.outputs()).flatMap(List::stream).forEach(nodes::add));
        return List.copyOf(nodes);
    }
}
