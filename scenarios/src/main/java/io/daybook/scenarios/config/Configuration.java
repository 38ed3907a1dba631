package io.daybook.scenarios.config;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All kinds of scenarios of an application, with their tasks and data nodes, checked against each other. Immutable.
 */
public final class Configuration {

    private final Map<String, ScenarioConfig> scenarios = new LinkedHashMap<>();
    private final Map<String, TaskConfig> tasks = new LinkedHashMap<>();
    private final Map<String, DataNodeConfig> dataNodes = new LinkedHashMap<>();

    private Configuration() {}

    /**
     * These scenarios, with all that they name.
     *
     * @throws InvalidConfiguration if two different scenarios, tasks or data nodes have the same id
     */
    public static Configuration of(ScenarioConfig... scenarios) {
        return of(List.of(scenarios), List.of());
    }

    /**
     * These scenarios, with all that they name, and these data nodes, which no scenario names.
     *
     * @throws InvalidConfiguration if two different scenarios, tasks or data nodes have the same id
     */
    public static Configuration of(Collection<ScenarioConfig> scenarios, Collection<DataNodeConfig> more) {
        Configuration all = new Configuration();
        for (ScenarioConfig scenario : scenarios) {
            add("scenario", all.scenarios, scenario.id(), scenario);
            for (TaskConfig task : scenario.tasks()) {
                add("task", all.tasks, task.id(), task);
            }
            Stream.concat(scenario.taskDataNodes().stream(), scenario.additionalDataNodes().stream())
                    .forEach(node -> add("data node", all.dataNodes, node.id(), node));
        }
        more.forEach(node -> add("data node", all.dataNodes, node.id(), node));
        return all;
    }

    private static <T> void add(String what, Map<String, T> known, String id, T config) {
        T before = known.putIfAbsent(id, config);
        if (before != null && !before.equals(config)) {
            throw new InvalidConfiguration(
                    "There are two different %ss with id %s: %s and %s. Give one of them another id."
                            .formatted(what, id, before, config));
        }
    }

    /**
     * That kind of scenario.
     *
     * @throws InvalidConfiguration if there is none
     */
    public ScenarioConfig scenario(String id) {
        return find("scenario", scenarios, id);
    }

    /**
     * That kind of data node.
     *
     * @throws InvalidConfiguration if there is none
     */
    public DataNodeConfig dataNode(String id) {
        return find("data node", dataNodes, id);
    }

    /** That kind of task; empty if there is none: it may be one of an earlier version of the application. */
    public Optional<TaskConfig> findTask(String id) {
        return Optional.ofNullable(tasks.get(id));
    }

    private static <T> T find(String what, Map<String, T> known, String id) {
        T found = known.get(id);
        if (found == null) {
            throw new InvalidConfiguration(
                    "There is no %s %s in the configuration; there are %s.".formatted(what, id, known.keySet()));
        }
        return found;
    }
}
