package io.daybook.scenarios;

import io.daybook.event.EntityType;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** How entities point to others: from those pointed to, the others are found without looking at all. */
@SuppressWarnings("ImmutableEnumChecker") // The functions have no state.
enum Relation {
    TASKS_THAT_READ(EntityType.TASK, task -> task.texts("inputs")),
    TASKS_THAT_WRITE(EntityType.TASK, task -> task.texts("outputs")),
    SCENARIOS_WITH_TASK(EntityType.SCENARIO, scenario -> scenario.texts("tasks")),
    SCENARIOS_WITH_ADDITIONAL(EntityType.SCENARIO, scenario -> scenario.texts("additional_data_nodes")),
    SCENARIOS_OF_CYCLE(
            EntityType.SCENARIO,
            scenario -> scenario.maybeText("cycle").stream().toList()),
    SEQUENCES_WITH_TASK(EntityType.SEQUENCE, sequence -> sequence.texts("tasks")),
    SEQUENCES_OF_SCENARIO(EntityType.SEQUENCE, sequence -> List.of(sequence.text("owner_id"))),
    JOBS_OF_TASK(EntityType.JOB, job -> List.of(job.text("task"))),
    JOBS_OF_SUBMISSION(EntityType.JOB, job -> List.of(job.text("submission"))),
    JOBS_WITH_STATUS(EntityType.JOB, job -> List.of(job.text("status"))),
    SUBMISSIONS_OF(EntityType.SUBMISSION, submission -> List.of(submission.text("entity_id"))),
    /** By configuration and owner, as {@link #owned} says them. */
    DATA_NODES_OWNED(EntityType.DATA_NODE, Relation::byOwner),
    /** By configuration and owner, as {@link #owned} says them. */
    TASKS_OWNED(EntityType.TASK, Relation::byOwner);

    private final EntityType from;
    private final Function<Stored, List<String>> targets;

    Relation(EntityType from, Function<Stored, List<String>> targets) {
        this.from = from;
        this.targets = targets;
    }

    EntityType from() {
        return from;
    }

    List<String> targets(Stored entity) {
        return targets.apply(entity);
    }

    static Stream<Relation> from(EntityType type) {
        return Stream.of(values()).filter(relation -> relation.from.equals(type));
    }

    /** @param owner id of a cycle or scenario, or "" for none */
    static String owned(String config, String owner) {
        return config + " " + owner;
    }

    private static List<String> byOwner(Stored entity) {
        return List.of(
                owned(entity.text("config_id"), entity.maybeText("owner_id").orElse("")));
    }
}
