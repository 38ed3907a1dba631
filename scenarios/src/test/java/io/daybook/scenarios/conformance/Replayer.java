package io.daybook.scenarios.conformance;

import io.daybook.Daybook;
import io.daybook.event.Change;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import io.daybook.scenarios.Cycle;
import io.daybook.scenarios.DataNode;
import io.daybook.scenarios.Entity;
import io.daybook.scenarios.Job;
import io.daybook.scenarios.Scenario;
import io.daybook.scenarios.Scenarios;
import io.daybook.scenarios.Sequence;
import io.daybook.scenarios.Status;
import io.daybook.scenarios.Submission;
import io.daybook.scenarios.SubmissionStatus;
import io.daybook.scenarios.Submittable;
import io.daybook.scenarios.Subscription;
import io.daybook.scenarios.Task;
import io.daybook.scenarios.config.Frequency;
import io.daybook.scenarios.config.Scope;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Does what the steps of a trace do, each with its target loaded anew, and hears the events of it. */
final class Replayer implements AutoCloseable {

    static final String VERSION = "development";

    private static final String MARKER = "marker";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Set<String> FILES = Set.of("pickle", "json", "csv", "excel", "parquet");

    private final Daybook daybook;
    private final Scenarios scenarios;
    private final Symbols symbols;
    private final JsonNode config;
    private LedgerPoint place;

    Replayer(Trace trace, Daybook daybook, Path folder, Symbols symbols) throws InterruptedException {
        this.daybook = daybook;
        this.symbols = symbols;
        this.config = trace.config();
        this.scenarios = Scenarios.builder(daybook, Configurations.of(trace.config(), folder))
                .version(VERSION)
                .zone(ZoneOffset.UTC)
                .open();
        scenarios.callback("noop_subscriber", (submitted, job, parameters) -> {});
        scenarios.callback("raising_subscriber", (submitted, job, parameters) -> {
            throw new Boom();
        });
        this.place = daybook.headPoint();
    }

    /** What a trace throws on purpose. */
    static final class Boom extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * What came of a step.
     *
     * @param result as JSON; missing if it answers nothing
     * @param error null = none
     * @param events in the order of the ledger
     */
    record Outcome(JsonNode result, RuntimeException error, List<Told> events) {}

    Outcome run(Trace.Step step) throws InterruptedException {
        JsonNode result = Json.missing();
        RuntimeException error = null;
        try {
            Object answer = perform(step.operation());
            result = answer == null ? Json.missing() : json(answer);
        } catch (RuntimeException e) {
            error = e;
        }
        return new Outcome(result, error, events());
    }

    private static JsonNode json(Object answer) {
        return answer instanceof Entity<?> entity ? Json.of(Map.of("$id", entity.id())) : Json.of(answer);
    }

    private List<Told> events() throws InterruptedException {
        daybook.await(
                daybook.transact(tx -> tx.append(Change.create(MARKER, "step after " + place.position()))), PATIENCE);
        List<Told> told = new ArrayList<>();
        while (true) {
            List<LedgerEntry> page = daybook.ledger().after(place, 500, "the conformance test");
            if (page.isEmpty()) {
                return told;
            }
            for (LedgerEntry entry : page) {
                place = entry.point();
                if (!entry.event().entityType().name().equals(MARKER)) {
                    told.add(Told.of(entry.event()));
                }
            }
        }
    }

    // --- operations --------------------------------------------------------------------------------------------------

    private Object perform(JsonNode step) throws InterruptedException {
        String op = step.path("op").asString();
        switch (op) {
            case "start_orchestrator" -> scenarios.orchestrator().start();
            case "stop_orchestrator" -> scenarios.orchestrator().stop();
            case "sleep" -> Thread.sleep(Math.round(step.path("seconds").asDouble() * 1000));
            case "raise" -> throw new Boom();
            case "with" -> with(step);
            case "delete" -> scenarios.delete(id(step.path("target_id")));
            case "delete_job" -> job(step).delete(Json.isTrue(step.path("force")));
            case "delete_jobs" -> scenarios.deleteJobs();
            case "subscribe_all_scenarios" -> {
                for (Scenario scenario : scenarios.scenarios()) {
                    scenario.subscribe(step.path("callback").asString(), parameters(step));
                }
            }
            case "tag" -> scenario(step).tag(step.path("tag").asString());
            case "untag" -> scenario(step).untag(step.path("tag").asString());
            case "set_primary" -> scenario(step).setPrimary();
            case "cancel_job" -> cancel(step);
            case "job_status" ->
                job(step).become(Status.valueOf(step.path("call").asString().toUpperCase(Locale.ROOT)));
            case "set_attr" -> setAttribute(target(step), step.path("attr").asString(), step.path("value"));
            case "set_property" -> target(step).setProperty(step.path("key").asString(), plain(step.path("value")));
            case "del_property" -> target(step).removeProperty(step.path("key").asString());
            case "update_properties" -> target(step).setProperties(members(step.path("value")));
            case "write" -> node(step).write(plain(step.path("value")), members(step.path("edit")));
            case "append" -> node(step).append(plain(step.path("value")), members(step.path("edit")));
            case "track_edit" -> node(step).trackEdit(members(step.path("edit")));
            case "lock_edit" -> lock(node(step), Json.text(step, "editor_id"));
            case "unlock_edit" -> unlock(node(step), Json.text(step, "editor_id"));
            case "subscribe" -> subscribe(step);
            case "unsubscribe" -> unsubscribe(step);
            case "add_sequence", "update_sequence", "add_sequences", "remove_sequence", "remove_sequences" ->
                sequences(op, step);
            case "rename_sequence" ->
                scenario(step)
                        .renameSequence(
                                step.path("old").asString(), step.path("new").asString());
            default -> {
                return ask(op, step);
            }
        }
        return null;
    }

    /** Operations with an answer. */
    private Object ask(String op, JsonNode step) {
        return switch (op) {
            case "create_scenario" ->
                scenarios.createScenario(
                        step.path("config").asString(), Json.text(step, "name"), instant(step.path("creation_date")));
            case "create_global_data_node" ->
                scenarios.createGlobalDataNode(step.path("config").asString());
            case "clean_all_entities" -> {
                scenarios.deleteVersion(step.path("version").asString(VERSION));
                yield true;
            }
            case "read" -> node(step).data().map(Json::of).orElse(null);
            case "observe" -> observe(target(step), step.path("what").asString());
            case "read_is_submittable" ->
                ((Submittable) scenarios.get(id(step.path(step.has("target_id") ? "target_id" : "target"))))
                        .isSubmittable();
            case "submit" ->
                ((Submittable) target(step)).submit(Json.isTrue(step.path("force")), members(step.path("properties")));
            case "duplicate" -> duplicate(step);
            default -> throw new IllegalArgumentException("No trace has an operation " + op);
        };
    }

    private void with(JsonNode step) {
        scenarios.transact(() -> {
            for (JsonNode inner : step.path("body")) {
                try {
                    perform(inner);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
    }

    private void cancel(JsonNode step) {
        if (target(step) instanceof Submission submission) {
            submission.cancel();
        } else {
            job(step).cancel();
        }
    }

    private static void lock(DataNode node, String editor) {
        if (editor == null) {
            node.lockEdit();
        } else {
            node.lockEdit(editor);
        }
    }

    private static void unlock(DataNode node, String editor) {
        if (editor == null) {
            node.unlockEdit();
        } else {
            node.unlockEdit(editor);
        }
    }

    private Object[] parameters(JsonNode step) {
        return step.path("params").valueStream().map(this::plain).toArray();
    }

    private void subscribe(JsonNode step) {
        String callback = step.path("callback").asString();
        if (target(step) instanceof Sequence sequence) {
            sequence.subscribe(callback, parameters(step));
        } else {
            scenario(step).subscribe(callback, parameters(step));
        }
    }

    private void unsubscribe(JsonNode step) {
        String callback = step.path("callback").asString();
        boolean any = !step.has("params");
        if (target(step) instanceof Sequence sequence) {
            if (any) {
                sequence.unsubscribeAny(callback);
            } else {
                sequence.unsubscribe(callback, parameters(step));
            }
        } else if (any) {
            scenario(step).unsubscribeAny(callback);
        } else {
            scenario(step).unsubscribe(callback, parameters(step));
        }
    }

    private void sequences(String op, JsonNode step) {
        Scenario scenario = scenario(step);
        String name = step.path("name").asString("");
        switch (op) {
            case "add_sequence" ->
                scenario.addSequence(name, tasks(step.path("tasks")), members(step.path("properties")));
            case "update_sequence" ->
                scenario.updateSequence(
                        name,
                        tasks(step.path("tasks")),
                        step.path("properties").isObject() ? members(step.path("properties")) : null);
            case "add_sequences" -> {
                Map<String, List<Task>> more = new LinkedHashMap<>();
                step.path("sequences")
                        .properties()
                        .forEach(member -> more.put(member.getKey(), tasks(member.getValue())));
                scenario.addSequences(more);
            }
            case "remove_sequence" -> scenario.removeSequence(name);
            default ->
                scenario.removeSequences(
                        step.path("names").valueStream().map(JsonNode::asString).toList());
        }
    }

    /** What Taipy keeps in memory has no data that could be copied: only files are. */
    private Scenario duplicate(JsonNode step) {
        JsonNode which = step.path("data_to_duplicate");
        Set<String> files = new TreeSet<>();
        for (JsonNode node : config.path("data_nodes")) {
            if (FILES.contains(node.path("storage").asString(""))) {
                files.add(node.path("id").asString());
            }
        }
        if (which.isBoolean() && !which.booleanValue()) {
            files.clear();
        } else if (which.isArray() || which.isObject()) {
            Collection<?> wanted = (Collection<?>) value(which);
            files.removeIf(file -> !wanted.contains(file));
        }
        return scenario(step).duplicate(Json.text(step, "name"), instant(step.path("creation_date")), files::contains);
    }

    private Object observe(Entity<?> entity, String what) {
        if (what.equals("properties")) {
            return properties(entity);
        }
        if (what.equals("name")) {
            return entity instanceof Cycle cycle
                    ? cycle.name()
                    : entity.property("name").map(Json::of).orElse(null);
        }
        return daybook.state(entity.type().name(), entity.id())
                .flatMap(state -> state.attribute(what))
                .map(Json::of)
                .orElse(null);
    }

    private static Map<String, JsonNode> properties(Entity<?> entity) {
        Map<String, JsonNode> all = new TreeMap<>();
        entity.properties().forEach((name, value) -> all.put(name, Json.of(value)));
        return all;
    }

    // --- attributes --------------------------------------------------------------------------------------------------

    private void setAttribute(Entity<?> entity, String attribute, JsonNode said) {
        Object value = value(said);
        if (attribute.equals("name") && !(entity instanceof Cycle)) {
            entity.setProperty("name", value);
            return;
        }
        if (entity instanceof Cycle cycle) {
            set(cycle, attribute, value);
        } else if (entity instanceof Scenario scenario) {
            set(scenario, attribute, said);
        } else if (entity instanceof Sequence sequence) {
            set(sequence, attribute, said);
        } else if (entity instanceof Task task) {
            set(task, attribute, value);
        } else if (entity instanceof DataNode node) {
            set(node, attribute, value);
        } else if (entity instanceof Job job) {
            set(job, attribute, said);
        } else if (entity instanceof Submission submission) {
            set(submission, attribute, said);
        }
    }

    private static IllegalArgumentException unknown(String attribute) {
        return new IllegalArgumentException("No trace sets " + attribute);
    }

    private static void set(Cycle cycle, String attribute, Object value) {
        switch (attribute) {
            case "name" -> cycle.setName(String.valueOf(value));
            case "frequency" -> cycle.setFrequency(Frequency.valueOf(String.valueOf(value)));
            case "creation_date" -> cycle.setCreationDate((Instant) value);
            case "start_date" -> cycle.setStartDate((Instant) value);
            case "end_date" -> cycle.setEndDate((Instant) value);
            default -> throw unknown(attribute);
        }
    }

    private void set(Scenario scenario, String attribute, JsonNode said) {
        switch (attribute) {
            case "creation_date" -> scenario.setCreationDate(instant(said));
            case "cycle" -> scenario.setCycle(said.isNull() ? null : scenarios.cycle(id(said)));
            case "is_primary" -> scenario.setPrimary(said.booleanValue());
            case "tags" -> scenario.setTags(texts(said));
            case "subscribers" -> scenario.setSubscribers(subscriptions(said));
            case "tasks" -> scenario.setTasks(tasks(said));
            case "additional_data_nodes" ->
                scenario.setAdditionalDataNodes(
                        texts(said).stream().map(scenarios::dataNode).toList());
            case "sequences" -> {
                Map<String, List<Task>> all = new LinkedHashMap<>();
                said.properties()
                        .forEach(member -> all.put(
                                member.getKey(),
                                tasks(
                                        member.getValue().isObject()
                                                        && member.getValue().has("tasks")
                                                ? member.getValue().get("tasks")
                                                : member.getValue())));
                scenario.setSequences(all);
            }
            default -> throw unknown(attribute);
        }
    }

    private void set(Sequence sequence, String attribute, JsonNode said) {
        switch (attribute) {
            case "tasks" -> sequence.setTasks(tasks(said));
            case "subscribers" -> sequence.setSubscribers(subscriptions(said));
            default -> throw unknown(attribute);
        }
    }

    private static void set(Task task, String attribute, Object value) {
        switch (attribute) {
            case "function" -> task.setFunction(String.valueOf(value));
            case "skippable" -> task.setSkippable((Boolean) value);
            default -> throw unknown(attribute);
        }
    }

    private static void set(DataNode node, String attribute, Object value) {
        switch (attribute) {
            case "scope" -> node.setScope(Scope.valueOf(String.valueOf(value)));
            case "validity_period" -> node.setValidityPeriod((Duration) value);
            case "last_edit_date" -> node.setLastEditDate((Instant) value);
            case "edits" -> node.setEdits((List<?>) value);
            case "edit_in_progress" -> node.setEditInProgress((Boolean) value);
            case "editor_id" -> node.setEditorId((String) value);
            case "editor_expiration_date" -> node.setEditorExpirationDate((Instant) value);
            case "path" -> {
                // Of a file in Taipy. Ours are where the storage says; both events are about properties.
                Map<String, Object> both = new LinkedHashMap<>();
                both.put("path", value);
                both.put("is_generated", false);
                node.setProperties(both);
            }
            default -> throw unknown(attribute);
        }
    }

    private void set(Job job, String attribute, JsonNode said) {
        switch (attribute) {
            case "status" -> job.setStatus(Status.valueOf(String.valueOf(value(said))));
            case "force" -> job.setForced(said.booleanValue());
            case "creation_date" -> job.setCreationDate(instant(said));
            case "stacktrace" -> job.setStacktrace(texts(said));
            case "task" -> job.setTask(scenarios.task(id(said)));
            default -> throw unknown(attribute);
        }
    }

    private void set(Submission submission, String attribute, JsonNode said) {
        switch (attribute) {
            case "submission_status" -> submission.setStatus(SubmissionStatus.valueOf(String.valueOf(value(said))));
            case "jobs" ->
                submission.setJobs(texts(said).stream().map(scenarios::job).toList());
            case "is_abandoned" -> submission.setFlag(Submission.Flag.ABANDONED, said.booleanValue());
            case "is_completed" -> submission.setFlag(Submission.Flag.COMPLETED, said.booleanValue());
            case "is_canceled" -> submission.setFlag(Submission.Flag.CANCELED, said.booleanValue());
            default -> throw unknown(attribute);
        }
    }

    // --- values ------------------------------------------------------------------------------------------------------

    private Entity<?> target(JsonNode step) {
        return scenarios.get(id(step.path("target")));
    }

    private Scenario scenario(JsonNode step) {
        return scenarios.scenario(id(step.path("target")));
    }

    private DataNode node(JsonNode step) {
        return scenarios.dataNode(id(step.path("target")));
    }

    private Job job(JsonNode step) {
        return scenarios.job(id(step.path("target")));
    }

    private String id(JsonNode said) {
        String symbol = said.isObject() ? said.path("$ref").asString() : said.asString();
        return Objects.requireNonNullElse(symbols.id(symbol), symbol);
    }

    private List<Task> tasks(JsonNode said) {
        return texts(said).stream().map(scenarios::task).toList();
    }

    private List<String> texts(JsonNode said) {
        return ((Collection<?>) value(said)).stream().map(String::valueOf).toList();
    }

    private static Instant instant(JsonNode said) {
        return said.path("$datetime_iso").isString()
                ? LocalDateTime.parse(said.get("$datetime_iso").asString()).toInstant(ZoneOffset.UTC)
                : null;
    }

    private List<Subscription> subscriptions(JsonNode said) {
        List<Subscription> all = new ArrayList<>();
        for (JsonNode one : said) {
            all.add(new Subscription(
                    one.path(one.has("$subscriber") ? "$subscriber" : "callback")
                            .asString(),
                    one.path("params")
                            .valueStream()
                            .map(parameter -> io.daybook.event.Value.of(plain(parameter)))
                            .toList()));
        }
        return all;
    }

    /** What the trace's notation means: ids, texts, instants, durations, lists, plain values. */
    private Object value(JsonNode said) {
        if (said.isObject()) {
            if (said.has("$ref")) {
                return id(said);
            }
            if (said.has("$set")) {
                return value(said.get("$set"));
            }
            if (said.has("$enum")) {
                return said.get("$enum").asString().replaceAll(".*\\.", "");
            }
            if (said.has("$function")) {
                return said.get("$function").asString();
            }
            if (said.has("$datetime_iso")) {
                return instant(said);
            }
            if (said.has("$duration_s")) {
                return Duration.ofMillis(Math.round(said.get("$duration_s").asDouble() * 1000));
            }
            return members(said);
        }
        if (said.isArray()) {
            List<Object> all = new ArrayList<>();
            said.forEach(element -> all.add(value(element)));
            return all;
        }
        return Json.isNothing(said) ? null : Json.plain(said);
    }

    /** The same, with instants as texts. */
    private Object plain(JsonNode said) {
        Object value = value(said);
        return value instanceof Instant || value instanceof Duration ? value.toString() : value;
    }

    private Map<String, Object> members(JsonNode said) {
        Map<String, Object> members = new LinkedHashMap<>();
        said.properties().forEach(member -> members.put(member.getKey(), plain(member.getValue())));
        return members;
    }

    // --- state -------------------------------------------------------------------------------------------------------

    /** All entities in the form of {@code state_after}, by our ids: type, id, what is known of it. */
    Map<String, Map<String, JsonNode>> state() {
        Map<String, Map<String, JsonNode>> state = new LinkedHashMap<>();
        scenarios.cycles().forEach(cycle -> put(state, "cycles", cycle, true));
        for (Scenario scenario : scenarios.scenarios()) {
            Map<String, Object> known = new LinkedHashMap<>();
            known.put("is_primary", scenario.isPrimary());
            known.put("tags", List.copyOf(scenario.tags()));
            known.put("cycle", scenario.cycle().map(Entity::id).orElse(null));
            known.put("name", scenario.name().orElse(null));
            known.put("submittable", scenario.isSubmittable());
            known.put(
                    "sequences", List.copyOf(new TreeSet<>(scenario.sequences().keySet())));
            put(state, "scenarios", scenario, known);
        }
        scenarios.tasks().forEach(task -> put(state, "tasks", task, true));
        for (DataNode node : scenarios.dataNodes()) {
            Map<String, Object> known = new LinkedHashMap<>();
            known.put("value", node.data().map(Json::of).orElse(null));
            known.put("written", node.lastEditDate().isPresent());
            known.put("edits", node.edits().size());
            known.put("edit_in_progress", node.isEditInProgress());
            known.put("editor_id", node.editorId().orElse(null));
            known.put("owner", node.ownerId().orElse(null));
            put(state, "data_nodes", node, known);
        }
        scenarios.jobs().forEach(job -> put(state, "jobs", job, job.status().name()));
        scenarios
                .submissions()
                .forEach(submission -> put(
                        state, "submissions", submission, submission.status().name()));
        return state;
    }

    private static void put(Map<String, Map<String, JsonNode>> state, String category, Entity<?> entity, Object known) {
        state.computeIfAbsent(category, c -> new LinkedHashMap<>()).put(entity.id(), Json.of(known));
    }

    @Override
    public void close() {
        scenarios.close();
    }
}
