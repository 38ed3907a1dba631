package io.daybook.scenarios;

import io.daybook.event.EntityType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether data can be read, and what can be submitted because of it. {@code is_submittable} is an attribute of scenarios, sequences and tasks
 * that is always true to their inputs; Taipy announces it from a cache that knows only what it has noticed (FEATURES §7).
 */
final class Readiness {

    private Readiness() {}

    /** Whether a data node was written and is not being edited. */
    static boolean isReady(View view, String dataNode) {
        return view.find(EntityType.DATA_NODE, dataNode)
                .map(node -> !node.flag("edit_in_progress") && node.get("last_edit_date") != null)
                .orElse(false);
    }

    static boolean areReady(View view, List<String> dataNodes) {
        return dataNodes.stream().allMatch(node -> isReady(view, node));
    }

    /** The tasks of a scenario, a sequence, or a task itself, in their order; one that was deleted is left out. */
    static List<Stored> tasksOf(View view, Stored submittable) {
        return submittable.ref().type().equals(EntityType.TASK)
                ? List.of(submittable)
                : submittable.texts("tasks").stream()
                        .flatMap(id -> view.find(EntityType.TASK, id).stream())
                        .toList();
    }

    /** What it reads and does not write itself, in the order of its tasks. */
    static Set<String> inputsOf(View view, Stored submittable) {
        List<Stored> tasks = tasksOf(view, submittable);
        Set<String> inputs = new LinkedHashSet<>();
        tasks.forEach(task -> inputs.addAll(task.texts("inputs")));
        tasks.forEach(task -> task.texts("outputs").forEach(inputs::remove));
        return inputs;
    }

    static boolean isSubmittable(View view, Stored submittable) {
        return inputsOf(view, submittable).stream().allMatch(node -> isReady(view, node));
    }

    /** A data node was locked, unlocked or written, or is gone: what has it as an input follows, scenarios first, then sequences and tasks. */
    static void follow(Draft draft, String dataNode) {
        List<Stored> tasks = draft.related(Relation.TASKS_THAT_READ, dataNode);
        List<Stored> parents = new ArrayList<>();
        parents.addAll(withAnyOf(draft, Relation.SCENARIOS_WITH_TASK, tasks));
        parents.addAll(withAnyOf(draft, Relation.SEQUENCES_WITH_TASK, tasks));
        parents.addAll(tasks);
        parents.forEach(parent -> check(draft, parent.ref().type(), parent.id()));
        if (isReady(draft, dataNode)) {
            draft.mayBeReady(dataNode);
        }
    }

    private static Set<Stored> withAnyOf(Draft draft, Relation relation, List<Stored> tasks) {
        Set<Stored> parents = new LinkedHashSet<>();
        tasks.forEach(task -> parents.addAll(draft.related(relation, task.id())));
        return parents;
    }

    /** Says so if it can be submitted now and could not before, or the other way round. */
    static void check(Draft draft, EntityType type, String id) {
        Stored entity = draft.get(type, id);
        boolean now = isSubmittable(draft, entity);
        if (entity.flag("is_submittable") != now) {
            draft.set(type, id, "is_submittable", now);
        }
    }
}
