package io.daybook.scenarios;

import io.daybook.event.EntityType;
import io.daybook.event.Value;
import io.daybook.scenarios.config.DataNodeConfig;
import io.daybook.scenarios.config.Frequency;
import io.daybook.scenarios.config.ScenarioConfig;
import io.daybook.scenarios.config.Scope;
import io.daybook.scenarios.config.Storage.Format;
import io.daybook.scenarios.config.TaskConfig;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes scenarios with all that belongs to them, in the order of Taipy's events (FEATURES §5; traces a, b, q). */
final class Creation {

    private static final String NEWEST_SCENARIO = "newest_scenario";

    private final Core core;
    private final Draft draft;
    private final Map<String, String> nodeIds = new HashMap<>();

    Creation(Core core, Draft draft) {
        this.core = core;
        this.draft = draft;
    }

    /** Makes a scenario of that kind; the answer is its id. */
    String scenario(ScenarioConfig config, @Nullable String name, @Nullable Instant date) {
        String scenario = newId("SCENARIO", config.id());
        Instant created = date == null ? core.now() : date;
        @Nullable Frequency frequency = config.frequency();
        String cycle = frequency == null ? null : cycle(frequency, created, scenario);
        boolean first = cycle != null
                && draft.related(Relation.SCENARIOS_OF_CYCLE, cycle).isEmpty();

        config.taskDataNodes().forEach(node -> node(node, scenario, cycle));
        Map<String, String> tasks = new LinkedHashMap<>();
        config.tasks().forEach(task -> tasks.put(task.id(), task(task, scenario, cycle)));
        List<String> additional = new ArrayList<>();
        config.additionalDataNodes().forEach(node -> additional.add(node(node, scenario, cycle)));

        Map<String, Object> sequences = new LinkedHashMap<>();
        config.sequences().forEach((sequence, its) -> {
            List<String> ids =
                    its.stream().map(task -> tasks.getOrDefault(task.id(), "")).toList();
            Sequences.create(draft, scenario, sequence, ids, Map.of(), List.of());
            sequences.put(sequence, Sequences.member(ids, Map.of(), List.of()));
        });

        Map<String, @Nullable Object> properties = new LinkedHashMap<>();
        config.properties().forEach((property, value) -> properties.put(property, Stored.plain(value)));
        if (name != null) {
            properties.put("name", name);
        }
        scenario(
                scenario,
                config.id(),
                created,
                cycle,
                first,
                List.copyOf(tasks.values()),
                additional,
                sequences,
                properties);
        return scenario;
    }

    private void scenario(
            String id,
            String config,
            Instant created,
            @Nullable String cycle,
            boolean primary,
            List<String> tasks,
            List<String> additional,
            Map<String, ?> sequences,
            Map<String, @Nullable Object> properties) {
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
        attributes.put("config_id", config);
        attributes.put("version", core.version);
        attributes.put("creation_date", created.toString());
        attributes.put("cycle", cycle);
        attributes.put("is_primary", primary);
        attributes.put("tags", List.of());
        attributes.put("subscribers", List.of());
        attributes.put("tasks", tasks);
        attributes.put("additional_data_nodes", additional);
        attributes.put("sequences", sequences);
        attributes.put("properties", properties);
        attributes.put(
                "is_submittable",
                Readiness.isSubmittable(
                        draft,
                        Stored.created(
                                new io.daybook.event.EntityRef(EntityType.SCENARIO, id),
                                0,
                                0,
                                Map.of("tasks", tasks))));
        draft.create(EntityType.SCENARIO, id, attributes);
    }

    private String cycle(Frequency frequency, Instant date, String scenario) {
        LocalDateTime start = frequency.startOf(LocalDateTime.ofInstant(date, core.zone));
        String from = start.atZone(core.zone).toInstant().toString();
        for (Stored cycle : draft.all(EntityType.CYCLE)) {
            if (cycle.text("frequency").equals(frequency.name())
                    && cycle.text("start_date").equals(from)) {
                // Said of the cycle, so that two who add to it, or one who adds and one who deletes it, notice each
                // other.
                draft.set(EntityType.CYCLE, cycle.id(), NEWEST_SCENARIO, scenario);
                return cycle.id();
            }
        }
        // Two processes that begin one cycle at once choose the same id, and one of them has to look again.
        String id = "CYCLE_%s_%s".formatted(frequency, start.toLocalDate());
        for (int number = 2; draft.find(EntityType.CYCLE, id).isPresent(); number++) {
            id = "CYCLE_%s_%s_%d".formatted(frequency, start.toLocalDate(), number);
        }
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
        attributes.put("name", "%s %s".formatted(frequency, start.toLocalDate()));
        attributes.put("frequency", frequency.name());
        attributes.put("creation_date", date.toString());
        attributes.put("start_date", from);
        attributes.put(
                "end_date", frequency.endOf(start).atZone(core.zone).toInstant().toString());
        attributes.put(NEWEST_SCENARIO, scenario);
        attributes.put("properties", Map.of());
        draft.create(EntityType.CYCLE, id, attributes);
        return id;
    }

    /** The data node of that kind for that scenario: its own, or the one that it shares. */
    private String node(DataNodeConfig config, String scenario, @Nullable String cycle) {
        String known = nodeIds.get(config.id());
        if (known == null) {
            known = node(config, owner(config.scope(), scenario, cycle));
            nodeIds.put(config.id(), known);
        }
        return known;
    }

    private static @Nullable String owner(Scope scope, String scenario, @Nullable String cycle) {
        return switch (scope) {
            case GLOBAL -> null;
            case CYCLE -> cycle == null ? scenario : cycle;
            case SCENARIO -> scenario;
        };
    }

    String globalNode(DataNodeConfig config) {
        if (config.scope() != Scope.GLOBAL) {
            throw new DataNodeConfigIsNotGlobal(config.id(), config.scope());
        }
        return node(config, null);
    }

    private String node(DataNodeConfig config, @Nullable String owner) {
        List<Stored> there =
                draft.related(Relation.DATA_NODES_OWNED, Relation.owned(config.id(), owner == null ? "" : owner));
        if (!there.isEmpty()) {
            draft.restOn(there.get(0));
            return there.get(0).id();
        }
        String id = sharedId("DATANODE", config.id(), owner);
        Map<String, @Nullable Object> properties = new LinkedHashMap<>();
        config.properties().forEach((property, value) -> properties.put(property, Stored.plain(value)));
        Map<String, @Nullable Object> attributes = attributes(config, owner, properties);
        @Nullable Value data = config.defaultData();
        if (data != null) {
            write(attributes, id, data, Map.of("editor", "TAIPY", "comment", "Default data written."));
        }
        draft.create(EntityType.DATA_NODE, id, attributes);
        return id;
    }

    private Map<String, @Nullable Object> attributes(
            DataNodeConfig config, @Nullable String owner, Map<String, @Nullable Object> properties) {
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
        attributes.put("config_id", config.id());
        attributes.put("version", core.version);
        attributes.put("owner_id", owner);
        attributes.put("scope", config.scope().name());
        attributes.put("storage", config.storage().format().name());
        attributes.put(
                "folder",
                config.storage().folder() == null
                        ? null
                        : config.storage().folder().toAbsolutePath().normalize().toString());
        attributes.put(
                "validity_period",
                config.validityPeriod() == null ? null : config.validityPeriod().toMillis() / 1000.0);
        attributes.put("last_edit_date", null);
        attributes.put("edits", List.of());
        attributes.put("editor_id", null);
        attributes.put("editor_expiration_date", null);
        attributes.put("edit_in_progress", false);
        attributes.put("properties", properties);
        return attributes;
    }

    private void write(Map<String, @Nullable Object> attributes, String id, Value data, Map<String, ?> edit) {
        Map<String, @Nullable Object> record = DataNodes.record(edit, core.now());
        Format format = Format.valueOf(String.valueOf(attributes.get("storage")));
        Object folder = attributes.get("folder");
        attributes.put(Stored.DATA, core.files.keep(id, format, folder == null ? "" : folder.toString(), data));
        attributes.put("last_edit_date", record.get("timestamp"));
        attributes.put("edits", List.of(record));
    }

    /** The task of that kind for that scenario: one that only has shared data nodes is shared too, as widely as the narrowest of them. */
    private String task(TaskConfig config, String scenario, @Nullable String cycle) {
        Scope scope = Stream.concat(config.inputs().stream(), config.outputs().stream())
                .map(DataNodeConfig::scope)
                .min(Scope::compareTo)
                .orElse(Scope.SCENARIO);
        @Nullable String owner = owner(scope, scenario, cycle);
        List<Stored> there =
                draft.related(Relation.TASKS_OWNED, Relation.owned(config.id(), owner == null ? "" : owner));
        if (!there.isEmpty()) {
            draft.restOn(there.get(0));
            return there.get(0).id();
        }
        String id = sharedId("TASK", config.id(), owner);
        List<String> inputs = config.inputs().stream()
                .map(node -> node(node, scenario, cycle))
                .toList();
        List<String> outputs = config.outputs().stream()
                .map(node -> node(node, scenario, cycle))
                .toList();
        Map<String, @Nullable Object> properties = new LinkedHashMap<>();
        config.properties().forEach((property, value) -> properties.put(property, Stored.plain(value)));
        task(id, config.id(), owner, config.functionName(), inputs, outputs, config.skippable(), properties);
        return id;
    }

    private void task(
            String id,
            String config,
            @Nullable String owner,
            String function,
            List<String> inputs,
            List<String> outputs,
            boolean skippable,
            Map<String, @Nullable Object> properties) {
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
        attributes.put("config_id", config);
        attributes.put("version", core.version);
        attributes.put("owner_id", owner);
        attributes.put("function", function);
        attributes.put("inputs", inputs);
        attributes.put("outputs", outputs);
        attributes.put("skippable", skippable);
        attributes.put("properties", properties);
        attributes.put("is_submittable", Readiness.areReady(draft, inputs));
        draft.create(EntityType.TASK, id, attributes);
    }

    private String newId(String kind, String config) {
        return "%s_%s_%s".formatted(kind, config, core.uniqueIds.get());
    }

    /** What a cycle or all share gets the same id in every process, so that two that make it at once notice. */
    private String sharedId(String kind, String config, @Nullable String owner) {
        if (owner != null && owner.startsWith("SCENARIO_")) {
            return newId(kind, config);
        }
        String id = owner == null ? "%s_%s".formatted(kind, config) : "%s_%s_%s".formatted(kind, config, owner);
        EntityType type = kind.equals("TASK") ? EntityType.TASK : EntityType.DATA_NODE;
        return draft.find(type, id).isEmpty() ? id : newId(kind, config);
    }

    // --- duplicates --------------------------------------------------------------------------------------------------

    /**
     * Another scenario like that one, with data nodes of its own where that one has.
     *
     * @param withData which of the data nodes, by configuration id, are copied with their data
     */
    String duplicate(Stored original, @Nullable String name, @Nullable Instant date, Predicate<String> withData) {
        String config = original.text("config_id");
        String scenario = newId("SCENARIO", config);
        Instant created = date == null ? core.now() : date;
        @Nullable
        Frequency frequency = original.maybeText("cycle")
                .map(cycle ->
                        Frequency.valueOf(draft.get(EntityType.CYCLE, cycle).text("frequency")))
                .orElse(null);
        String cycle = frequency == null ? null : cycle(frequency, created, scenario);
        boolean first = cycle != null
                && draft.related(Relation.SCENARIOS_OF_CYCLE, cycle).isEmpty();
        Copies copies = new Copies(original.id(), original.maybeText("cycle").orElse(""), scenario, cycle, withData);

        List<String> additional = original.texts("additional_data_nodes").stream()
                .map(copies::node)
                .toList();
        List<String> tasks = original.texts("tasks").stream().map(copies::task).toList();
        Map<String, Object> sequences = new LinkedHashMap<>();
        for (Stored sequence : draft.related(Relation.SEQUENCES_OF_SCENARIO, original.id())) {
            List<String> its =
                    sequence.texts("tasks").stream().map(copies::task).toList();
            Sequences.create(
                    draft,
                    scenario,
                    sequence.text("name"),
                    its,
                    sequence.map("properties"),
                    sequence.list("subscribers"));
            sequences.put(
                    sequence.text("name"),
                    Sequences.member(its, sequence.map("properties"), sequence.list("subscribers")));
        }
        Map<String, @Nullable Object> properties = original.map("properties");
        if (name != null) {
            properties.put("name", name);
        }
        scenario(scenario, config, created, cycle, first, tasks, additional, sequences, properties);
        return scenario;
    }

    /** What the copy of a scenario has instead of what the original has: the same where that is shared by both. */
    private final class Copies {
        private final String from;
        private final String fromCycle;
        private final String to;
        private final @Nullable String toCycle;
        private final Predicate<String> withData;
        private final Map<String, String> made = new HashMap<>();

        Copies(String from, String fromCycle, String to, @Nullable String toCycle, Predicate<String> withData) {
            this.from = from;
            this.fromCycle = fromCycle;
            this.to = to;
            this.toCycle = toCycle;
            this.withData = withData;
        }

        private @Nullable String owner(Stored entity) {
            String owner = entity.maybeText("owner_id").orElse(null);
            if (from.equals(owner)) {
                return to;
            }
            return fromCycle.equals(owner) ? toCycle : owner;
        }

        String node(String id) {
            String known = made.get(id);
            if (known != null) {
                return known;
            }
            Stored node =
                    draft.find(EntityType.DATA_NODE, id).orElseThrow(() -> new ModelNotFound(EntityType.DATA_NODE, id));
            String config = node.text("config_id");
            @Nullable String owner = owner(node);
            List<Stored> there =
                    draft.related(Relation.DATA_NODES_OWNED, Relation.owned(config, owner == null ? "" : owner));
            String copy = there.isEmpty()
                    ? sharedId("DATANODE", config, owner)
                    : there.get(0).id();
            there.forEach(draft::restOn);
            made.put(id, copy);
            if (there.isEmpty()) {
                Map<String, @Nullable Object> attributes = new LinkedHashMap<>(node.attributes());
                attributes.put("owner_id", owner);
                attributes.put("version", core.version);
                attributes.put("last_edit_date", null);
                attributes.put("edits", List.of());
                attributes.put("editor_id", null);
                attributes.put("editor_expiration_date", null);
                attributes.put("edit_in_progress", false);
                if (withData.test(config)) {
                    core.files
                            .read(draft, node)
                            .ifPresent(
                                    data -> write(attributes, copy, data, Map.of("comment", "Duplicated from " + id)));
                }
                draft.create(EntityType.DATA_NODE, copy, attributes);
            }
            return copy;
        }

        String task(String id) {
            String known = made.get(id);
            if (known != null) {
                return known;
            }
            Stored task = draft.get(EntityType.TASK, id);
            String config = task.text("config_id");
            @Nullable String owner = owner(task);
            List<Stored> there =
                    draft.related(Relation.TASKS_OWNED, Relation.owned(config, owner == null ? "" : owner));
            String copy = there.isEmpty()
                    ? sharedId("TASK", config, owner)
                    : there.get(0).id();
            there.forEach(draft::restOn);
            made.put(id, copy);
            List<String> inputs = task.texts("inputs").stream().map(this::node).toList();
            List<String> outputs =
                    task.texts("outputs").stream().map(this::node).toList();
            if (there.isEmpty()) {
                Creation.this.task(
                        copy,
                        config,
                        owner,
                        task.text("function"),
                        inputs,
                        outputs,
                        task.flag("skippable"),
                        task.map("properties"));
            }
            return copy;
        }
    }
}
