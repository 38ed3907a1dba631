package io.daybook.scenarios;

import io.daybook.event.EntityType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes the jobs of a scenario, a sequence or a task, in the order in which they can run (FEATURES §5; traces d, j, k). */
final class Submitting {

    private Submitting() {}

    /** Makes the jobs; the answer is the id of the submission. */
    static String submit(Core core, Draft draft, Stored submitted, boolean force, Map<String, ?> properties) {
        List<Stored> tasks = inOrder(Readiness.tasksOf(draft, submitted));
        tasks.forEach(task -> refuseWithout(draft, task));
        String submission = "SUBMISSION_" + core.uniqueIds.get();
        create(core, draft, submission, submitted, properties);

        List<String> jobs = new ArrayList<>();
        for (Stored task : tasks) {
            task.texts("outputs").forEach(node -> DataNodes.lock(draft, node, null, core.now()));
            jobs.add(job(core, draft, task, submission, submitted.id(), force));
        }
        draft.set(EntityType.SUBMISSION, submission, "jobs", jobs);
        for (String job : jobs) {
            Stored stored = draft.get(EntityType.JOB, job);
            // Rests on the inputs: whoever writes one meanwhile would not see this job wait for it.
            Statuses.set(draft, job, Statuses.isRunnable(draft, stored) ? Status.PENDING : Status.BLOCKED);
        }
        // Taipy says this last, after the jobs have run if they run in the same thread; a crash before that loses it.
        draft.submit(submitted.ref().type(), submitted.id());
        return submission;
    }

    private static void refuseWithout(Draft draft, Stored task) {
        for (String side : List.of("inputs", "outputs")) {
            for (String node : task.texts(side)) {
                if (draft.find(EntityType.DATA_NODE, node).isEmpty()) {
                    throw new NonExistingDataNode(task.id(), node);
                }
            }
        }
    }

    private static void create(Core core, Draft draft, String id, Stored submitted, Map<String, ?> properties) {
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
        attributes.put("entity_id", submitted.id());
        attributes.put("entity_type", submitted.ref().type().name());
        attributes.put("entity_config_id", submitted.get("config_id"));
        attributes.put("version", core.version);
        attributes.put("creation_date", core.now().toString());
        attributes.put("properties", Stored.copy(properties));
        attributes.put("jobs", List.of());
        attributes.put("submission_status", SubmissionStatus.SUBMITTED.name());
        draft.create(EntityType.SUBMISSION, id, attributes);
    }

    private static String job(Core core, Draft draft, Stored task, String submission, String submitted, boolean force) {
        String id = "JOB_%s_%s".formatted(task.text("config_id"), core.uniqueIds.get());
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
        attributes.put("task", task.id());
        attributes.put("submission", submission);
        attributes.put("submit_entity_id", submitted);
        attributes.put("force", force);
        attributes.put("version", core.version);
        attributes.put("creation_date", core.now().toString());
        attributes.put("status", Status.SUBMITTED.name());
        attributes.put("stacktrace", List.of());
        draft.create(EntityType.JOB, id, attributes);
        return id;
    }

    /** Those that need nothing of the others first, then those that only need these, and so on. */
    private static List<Stored> inOrder(List<Stored> tasks) {
        List<Stored> ordered = new ArrayList<>();
        List<Stored> left = new ArrayList<>(tasks);
        while (!left.isEmpty()) {
            Set<String> stillToWrite = left.stream()
                    .flatMap(task -> task.texts("outputs").stream())
                    .collect(Collectors.toSet());
            List<Stored> generation = left.stream()
                    .filter(task -> task.texts("inputs").stream().noneMatch(stillToWrite::contains))
                    .toList();
            if (generation.isEmpty()) {
                // A circle, which no configuration has, but tasks that were put together by hand may: as they are.
                generation = List.copyOf(left);
            }
            ordered.addAll(generation);
            left.removeAll(generation);
        }
        return ordered;
    }
}
