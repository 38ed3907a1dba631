package io.daybook.scenarios.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The entities as our events, and nothing else, make them. Immutable. Knows Taipy's rules by itself, so that it can say whether what the events
 * claim is true.
 */
final class Fold {

    static final Fold EMPTY = new Fold(Map.of());

    private final Map<String, Thing> things;

    private Fold(Map<String, Thing> things) {
        this.things = things;
    }

    /** An entity. */
    record Thing(String id, String type, Map<String, JsonNode> attributes) {

        JsonNode get(String attribute) {
            return attributes.getOrDefault(attribute, Json.missing());
        }

        String text(String attribute) {
            JsonNode value = get(attribute);
            return value.isString() ? value.stringValue() : "";
        }

        List<String> texts(String attribute) {
            return get(attribute).valueStream().map(JsonNode::asString).toList();
        }
    }

    Fold after(Told event) {
        Map<String, Thing> next = new LinkedHashMap<>(things);
        Map<String, JsonNode> attributes = new LinkedHashMap<>();
        switch (event.operation()) {
            case "CREATION" ->
                event.value().properties().forEach(member -> attributes.put(member.getKey(), member.getValue()));
            case "DELETION" -> {
                next.remove(event.entity());
                return new Fold(next);
            }
            case "UPDATE" -> {
                if (event.attribute() == null || !things.containsKey(event.entity())) {
                    return this;
                }
                attributes.putAll(things.get(event.entity()).attributes());
                attributes.put(event.attribute(), event.value());
            }
            default -> {
                return this;
            }
        }
        next.put(event.entity(), new Thing(event.entity(), event.type(), attributes));
        return new Fold(next);
    }

    /** Null if there is none. */
    Thing find(String id) {
        return id == null ? null : things.get(id);
    }

    List<Thing> all(String type) {
        return things.values().stream()
                .filter(thing -> thing.type().equals(type))
                .toList();
    }

    JsonNode get(String id, String attribute) {
        Thing thing = find(id);
        return thing == null ? Json.missing() : thing.get(attribute);
    }

    /** Whether that event says something new. */
    boolean isChangedBy(Told event) {
        return switch (event.operation()) {
            case "CREATION" -> find(event.entity()) == null;
            case "DELETION" -> find(event.entity()) != null;
            case "UPDATE" ->
                event.attribute() != null && !Json.same(get(event.entity(), event.attribute()), event.value());
            default -> false;
        };
    }

    private List<Thing> tasksOf(Thing submittable) {
        return submittable.type().equals("task")
                ? List.of(submittable)
                : submittable.texts("tasks").stream()
                        .flatMap(id -> Stream.ofNullable(find(id)))
                        .toList();
    }

    private Set<String> inputsOf(Thing submittable) {
        Set<String> inputs = new LinkedHashSet<>();
        tasksOf(submittable).forEach(task -> inputs.addAll(task.texts("inputs")));
        tasksOf(submittable).forEach(task -> task.texts("outputs").forEach(inputs::remove));
        return inputs;
    }

    /** Whether all its inputs were written, and are not being edited. */
    boolean isSubmittable(String id) {
        return inputsOf(find(id)).stream().allMatch(this::isReady);
    }

    boolean hasInput(String submittable, String node) {
        return find(submittable) != null && inputsOf(find(submittable)).contains(node);
    }

    boolean isReady(String node) {
        return find(node) != null
                && !Json.isTrue(get(node, "edit_in_progress"))
                && !Json.isNothing(get(node, "last_edit_date"));
    }

    /** Whether everything is ready that the task of that job reads. */
    boolean hasReadyInputs(String job) {
        Thing task = find(get(job, "task").asString(""));
        return task != null && task.texts("inputs").stream().allMatch(this::isReady);
    }

    List<String> outputsOf(String job) {
        Thing task = find(get(job, "task").asString(""));
        return task == null ? List.of() : task.texts("outputs");
    }

    List<String> inputsOfJob(String job) {
        Thing task = find(get(job, "task").asString(""));
        return task == null ? List.of() : task.texts("inputs");
    }

    private static final Set<String> FINISHED = Set.of("CANCELED", "FAILED", "COMPLETED", "SKIPPED", "ABANDONED");

    boolean isFinished(String job) {
        return FINISHED.contains(get(job, "status").asString(""));
    }

    /** Whether some job is still going to write it. */
    boolean isAwaited(String node) {
        return all("job").stream()
                .anyMatch(job -> !isFinished(job.id()) && outputsOf(job.id()).contains(node));
    }

    /** What a submission's status is because of its jobs (FEATURES §5). */
    String statusOf(String submission) {
        String now = get(submission, "submission_status").asString("");
        List<String> jobs = all("job").stream()
                .filter(job -> job.text("submission").equals(submission))
                .map(job -> job.text("status"))
                .toList();
        if (now.equals("FAILED") || jobs.contains("FAILED")) {
            return "FAILED";
        }
        Map<String, String> first = new LinkedHashMap<>();
        first.put("CANCELED", "CANCELED");
        first.put("ABANDONED", "UNDEFINED");
        first.put("RUNNING", "RUNNING");
        first.put("PENDING", "PENDING");
        first.put("BLOCKED", "BLOCKED");
        first.put("COMPLETED", "COMPLETED");
        first.put("SKIPPED", "COMPLETED");
        return first.entrySet().stream()
                .filter(entry -> jobs.contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("UNDEFINED");
    }

    /** What Taipy keeps as parents: tasks of a data node; scenarios and sequences of a task. */
    Set<String> parentsOf(String id) {
        Set<String> parents = new LinkedHashSet<>();
        for (Thing thing : things.values()) {
            List<String> children = new ArrayList<>();
            if (thing.type().equals("task")) {
                children.addAll(thing.texts("inputs"));
                children.addAll(thing.texts("outputs"));
            } else {
                children.addAll(thing.texts("tasks"));
            }
            if (children.contains(id)) {
                parents.add(thing.id());
            }
        }
        return parents;
    }
}
