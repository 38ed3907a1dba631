package io.daybook.scenarios.conformance;

import io.daybook.scenarios.config.Configuration;
import io.daybook.scenarios.config.DataNodeConfig;
import io.daybook.scenarios.config.Frequency;
import io.daybook.scenarios.config.ScenarioConfig;
import io.daybook.scenarios.config.Scope;
import io.daybook.scenarios.config.Storage;
import io.daybook.scenarios.config.TaskConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/** The configuration of a trace, as ours. */
final class Configurations {

    private final Path folder;
    private final Map<String, DataNodeConfig> nodes = new LinkedHashMap<>();
    private final Map<String, TaskConfig> tasks = new LinkedHashMap<>();
    private final Map<String, ScenarioConfig> scenarios = new LinkedHashMap<>();

    private Configurations(Path folder) {
        this.folder = folder;
    }

    /** @param folder for the files of data nodes */
    static Configuration of(JsonNode config, Path folder) {
        Configurations all = new Configurations(folder);
        config.path("data_nodes").forEach(all::node);
        config.path("tasks").forEach(all::task);
        config.path("scenarios").forEach(all::scenario);
        return Configuration.of(all.scenarios.values(), all.nodes.values());
    }

    /** A pickle holds any value, and cannot be appended to: as the log does. What Taipy keeps in memory is kept there too. */
    private Storage storage(String name) {
        return switch (name) {
            case "json" -> Storage.json(folder);
            case "csv" -> Storage.csv(folder);
            default -> Storage.log();
        };
    }

    private void node(JsonNode said) {
        DataNodeConfig node = DataNodeConfig.of(said.path("id").asString())
                .scope(Scope.valueOf(said.path("scope").asString("SCENARIO")))
                .storage(storage(said.path("storage").asString("in_memory")));
        if (said.has("default_data")) {
            node = node.defaultData(Json.plain(said.get("default_data")));
        }
        if (said.has("validity_s")) {
            node = node.validFor(
                    Duration.ofMillis(Math.round(said.get("validity_s").asDouble() * 1000)));
        }
        for (Map.Entry<String, JsonNode> property : said.path("properties").properties()) {
            node = node.property(property.getKey(), Json.plain(property.getValue()));
        }
        nodes.put(node.id(), node);
    }

    private DataNodeConfig[] nodes(JsonNode ids) {
        return ids.valueStream()
                .map(id -> Objects.requireNonNull(nodes.get(id.asString())))
                .toArray(DataNodeConfig[]::new);
    }

    private void task(JsonNode said) {
        String function = said.path("function").asString();
        TaskConfig task = TaskConfig.of(said.path("id").asString(), Functions.named(function))
                .functionName(function)
                .reads(nodes(said.path("inputs")))
                .writes(nodes(said.path("outputs")))
                .skippable(Json.isTrue(said.path("skippable")));
        for (Map.Entry<String, JsonNode> property : said.path("properties").properties()) {
            task = task.property(property.getKey(), Json.plain(property.getValue()));
        }
        tasks.put(task.id(), task);
    }

    private TaskConfig[] tasks(JsonNode ids) {
        return ids.valueStream()
                .map(id -> Objects.requireNonNull(tasks.get(id.asString())))
                .toArray(TaskConfig[]::new);
    }

    private void scenario(JsonNode said) {
        ScenarioConfig scenario = ScenarioConfig.of(said.path("id").asString(), tasks(said.path("tasks")))
                .additionalDataNodes(nodes(said.path("additional_data_nodes")));
        if (said.path("frequency").isString()) {
            scenario =
                    scenario.frequency(Frequency.valueOf(said.get("frequency").asString()));
        }
        for (Map.Entry<String, JsonNode> sequence : said.path("sequences").properties()) {
            scenario = scenario.sequence(sequence.getKey(), tasks(sequence.getValue()));
        }
        for (Map.Entry<String, JsonNode> property : said.path("properties").properties()) {
            scenario = scenario.property(property.getKey(), Json.plain(property.getValue()));
        }
        scenarios.put(scenario.id(), scenario);
    }
}
