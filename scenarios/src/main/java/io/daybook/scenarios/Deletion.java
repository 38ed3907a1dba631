package io.daybook.scenarios;

import io.daybook.event.EntityType;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Ends entities and what belongs to them, in the order of Taipy's events (FEATURES §5; trace h): one DELETION for each. */
final class Deletion {

    private static final Map<String, Boolean> CASCADE = Map.of("delete_all", true);

    private final Draft draft;
    private final Set<String> cycles = new LinkedHashSet<>();
    private final Set<String> sequences = new LinkedHashSet<>();
    private final Set<String> scenarios = new LinkedHashSet<>();
    private final Set<String> tasks = new LinkedHashSet<>();
    private final Set<String> jobs = new LinkedHashSet<>();
    private final Set<String> nodes = new LinkedHashSet<>();
    private final Set<String> submissions = new LinkedHashSet<>();

    Deletion(Draft draft) {
        this.draft = draft;
    }

    /** @throws ModelNotFound if there is no such entity */
    static EntityType typeOf(View view, String id) {
        for (EntityType type : World.TYPES) {
            if (view.find(type, id).isPresent()) {
                return type;
            }
        }
        throw new ModelNotFound(EntityType.of("entity"), id);
    }

    void delete(String id) {
        EntityType type = typeOf(draft, id);
        if (type.equals(EntityType.CYCLE)) {
            addCycle(id);
            run();
        } else if (type.equals(EntityType.SCENARIO)) {
            addOneScenario(id);
            run();
        } else if (type.equals(EntityType.SEQUENCE)) {
            Stored sequence = draft.get(type, id);
            draft.delete(type, id, Map.of());
            Sequences.tellWithout(draft, sequence.text("owner_id"), List.of(sequence.text("name")));
        } else if (type.equals(EntityType.TASK)) {
            addTask(id);
            run();
        } else if (type.equals(EntityType.SUBMISSION)) {
            addSubmission(id);
            run();
        } else if (type.equals(EntityType.JOB)) {
            job(id, false);
        } else {
            dataNode(id);
        }
    }

    private void dataNode(String id) {
        Set<String> readers = new LinkedHashSet<>();
        for (Stored task : draft.related(Relation.TASKS_THAT_READ, id)) {
            readers.add(task.id());
            restOnWhoSubmits(task.id());
        }
        draft.related(Relation.TASKS_THAT_WRITE, id).forEach(task -> restOnWhoSubmits(task.id()));
        draft.delete(EntityType.DATA_NODE, id, Map.of());
        Readiness.follow(draft, id);
        Statuses.wake(
                draft,
                draft.related(Relation.JOBS_WITH_STATUS, Status.BLOCKED.name()).stream()
                        .filter(job -> readers.contains(job.text("task")))
                        .toList());
    }

    /** Whoever submits a task says so of the scenario, the sequence or the task: so a submission at the same time is noticed. */
    private void restOnWhoSubmits(String task) {
        draft.find(EntityType.TASK, task);
        draft.related(Relation.SCENARIOS_WITH_TASK, task).forEach(draft::restOn);
        draft.related(Relation.SEQUENCES_WITH_TASK, task).forEach(draft::restOn);
    }

    void job(String id, boolean force) {
        Stored job = draft.get(EntityType.JOB, id);
        if (!force && !Statuses.of(job).isFinished()) {
            throw new JobNotFinished(id, Statuses.of(job));
        }
        deleteJobs(List.of(id), Map.of());
    }

    void allJobs() {
        deleteJobs(draft.all(EntityType.JOB).stream().map(Stored::id).toList(), CASCADE);
    }

    /** Everything that was made by that version of the application. */
    void version(String version) {
        Map<String, String> metadata = Map.of("delete_by_version", version);
        deleteJobs(ofVersion(EntityType.JOB, version), metadata);
        ofVersion(EntityType.SUBMISSION, version).forEach(id -> draft.delete(EntityType.SUBMISSION, id, metadata));
        for (String id : ofVersion(EntityType.SCENARIO, version)) {
            Stored scenario = draft.get(EntityType.SCENARIO, id);
            scenario.maybeText("cycle")
                    .filter(cycle ->
                            draft.related(Relation.SCENARIOS_OF_CYCLE, cycle).size() == 1)
                    .ifPresent(cycle -> draft.delete(EntityType.CYCLE, cycle, Map.of()));
            draft.related(Relation.SEQUENCES_OF_SCENARIO, id)
                    .forEach(sequence -> draft.delete(EntityType.SEQUENCE, sequence.id(), Map.of()));
            draft.delete(EntityType.SCENARIO, id, Map.of());
        }
        ofVersion(EntityType.TASK, version).forEach(id -> draft.delete(EntityType.TASK, id, metadata));
        ofVersion(EntityType.DATA_NODE, version).forEach(id -> {
            draft.delete(EntityType.DATA_NODE, id, metadata);
            Readiness.follow(draft, id);
        });
    }

    private List<String> ofVersion(EntityType type, String version) {
        return draft.all(type).stream()
                .filter(entity -> entity.text("version").equals(version))
                .map(Stored::id)
                .toList();
    }

    private void addOneScenario(String id) {
        Stored scenario = draft.get(EntityType.SCENARIO, id);
        String cycle = scenario.maybeText("cycle").orElse("");
        if (scenario.flag("is_primary") && !cycle.isEmpty()) {
            if (draft.related(Relation.SCENARIOS_OF_CYCLE, cycle).size() > 1) {
                throw new DeletingPrimaryScenario(id, cycle);
            }
            addCycle(cycle);
        } else {
            addScenario(scenario);
        }
    }

    private void addCycle(String id) {
        cycles.add(id);
        draft.related(Relation.SCENARIOS_OF_CYCLE, id).forEach(this::addScenario);
        addOwned(id);
    }

    private void addScenario(Stored scenario) {
        scenarios.add(scenario.id());
        for (Stored sequence : draft.related(Relation.SEQUENCES_OF_SCENARIO, scenario.id())) {
            sequences.add(sequence.id());
            addSubmissionsOf(sequence.id());
        }
        addOwned(scenario.id());
        addSubmissionsOf(scenario.id());
    }

    private void addOwned(String owner) {
        draft.all(EntityType.TASK).stream()
                .filter(task -> task.maybeText("owner_id").orElse("").equals(owner))
                .forEach(task -> {
                    addTask(task.id());
                    addSubmissionsOf(task.id());
                });
        draft.all(EntityType.DATA_NODE).stream()
                .filter(node -> node.maybeText("owner_id").orElse("").equals(owner))
                .forEach(node -> nodes.add(node.id()));
    }

    private void addTask(String id) {
        tasks.add(id);
        restOnWhoSubmits(id);
        draft.related(Relation.JOBS_OF_TASK, id).forEach(job -> jobs.add(job.id()));
    }

    private void addSubmissionsOf(String entity) {
        draft.related(Relation.SUBMISSIONS_OF, entity).forEach(submission -> addSubmission(submission.id()));
    }

    private void addSubmission(String id) {
        submissions.add(id);
        draft.related(Relation.JOBS_OF_SUBMISSION, id).forEach(job -> jobs.add(job.id()));
    }

    private void run() {
        free(jobs);
        cycles.forEach(id -> draft.delete(EntityType.CYCLE, id, CASCADE));
        sequences.forEach(id -> draft.delete(EntityType.SEQUENCE, id, Map.of()));
        scenarios.forEach(id -> draft.delete(EntityType.SCENARIO, id, CASCADE));
        tasks.forEach(id -> draft.delete(EntityType.TASK, id, CASCADE));
        jobs.forEach(id -> draft.delete(EntityType.JOB, id, CASCADE));
        nodes.forEach(id -> draft.delete(EntityType.DATA_NODE, id, CASCADE));
        submissions.forEach(id -> draft.delete(EntityType.SUBMISSION, id, CASCADE));
    }

    private void deleteJobs(Collection<String> ids, Map<String, ?> metadata) {
        free(ids);
        ids.forEach(id -> draft.delete(EntityType.JOB, id, metadata));
    }

    /** What jobs that are not finished would have written is not locked for ever. */
    private void free(Collection<String> ids) {
        Statuses.unlockOutputs(
                draft,
                ids.stream()
                        .filter(id ->
                                !Statuses.of(draft.get(EntityType.JOB, id)).isFinished())
                        .toList(),
                nodes);
    }
}
