package io.daybook.scenarios;

import io.daybook.Daybook;
import io.daybook.UnitOfWork;
import io.daybook.event.EntityType;
import io.daybook.scenarios.config.Configuration;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Scenarios, data nodes, tasks, jobs and submissions of an application, as in Taipy, but every change is durable and told in events: one unit of
 * work for each call.
 *
 * <pre>{@code
 * try (Daybook daybook = Daybook.open("jdbc:h2:file:./data/daybook");
 *     Scenarios scenarios = Scenarios.open(daybook, Configuration.of(month))) {
 *   scenarios.orchestrator().start();
 *   Scenario scenario = scenarios.createScenario("month");
 *   scenario.dataNode("sales").write(List.of(3, 4, 5));
 *   scenario.submit();
 *   scenario.dataNode("forecast").read(Integer.class);
 * }
 * }</pre>
 *
 * <p>Thread-safe. Open one per process and daybook; any number of processes may.
 */
public final class Scenarios implements AutoCloseable {

    private final Core core;
    private final UnitOfWork unitOfWork;
    private final Orchestrator orchestrator;
    private final @Nullable Follower follower;

    Scenarios(Core core, JobMode mode, WhenNodeIsGone whenNodeIsGone) {
        this.core = core;
        this.unitOfWork = core.daybook.unitOfWork();
        this.orchestrator = new Orchestrator(this, mode, whenNodeIsGone);
        core.listen(this::jobChanged);
        Follower begun = new Follower(core, orchestrator);
        this.follower = begun;
        begun.start();
    }

    /** The same scenarios, in another voice. */
    private Scenarios(Scenarios original, UnitOfWork unitOfWork) {
        this.core = original.core;
        this.unitOfWork = unitOfWork;
        this.orchestrator = original.orchestrator;
        this.follower = null;
    }

    /**
     * Opens the scenarios of that daybook, which stays the caller's: jobs run in the calling thread, when the {@link #orchestrator} is started.
     *
     * @throws io.daybook.database.DatabaseFailure if the database cannot be read
     */
    public static Scenarios open(Daybook daybook, Configuration configuration) {
        return builder(daybook, configuration).open();
    }

    /** For everything else there is to choose. */
    public static ScenariosBuilder builder(Daybook daybook, Configuration configuration) {
        return new ScenariosBuilder(daybook, configuration);
    }

    Core core() {
        return core;
    }

    /**
     * The same scenarios, as somebody who speaks like that: who, why, in which conversation is recorded with everything that is done through it, and
     * through what it answers. Needs no closing.
     *
     * <pre>{@code scenarios.as(unit -> unit.as("kim").because("month end")).createScenario("month")}</pre>
     */
    public Scenarios as(Function<UnitOfWork, UnitOfWork> voice) {
        return new Scenarios(this, voice.apply(unitOfWork));
    }

    /** The same scenarios, as that actor. @throws io.daybook.event.InvalidEvent if the name has more than 200 characters */
    public Scenarios as(String actor) {
        return as(unit -> unit.as(actor));
    }

    /** The daybook that they are in. */
    public Daybook daybook() {
        return core.daybook;
    }

    /** Runs jobs, once it is started. */
    public Orchestrator orchestrator() {
        return orchestrator;
    }

    /** From now on scenarios and sequences of this process can {@linkplain Scenario#subscribe subscribe} that callback by its name. */
    public void callback(String name, JobCallback callback) {
        core.subscribers.put(name, callback);
    }

    // --- units of work -----------------------------------------------------------------------------------------------

    /**
     * Does several things as one unit of work: all, with their events in this order, or none. What is read in between is what they have made of it.
     * May be run more than once, if another process changes the same meanwhile.
     *
     * @throws ScenarioException what one of them throws: then nothing was written
     */
    public void transact(Runnable changes) {
        change(draft -> {
            changes.run();
            return draft;
        });
    }

    /** The same, with an answer. */
    public <T> T transact(Supplier<T> changes) {
        return change(draft -> changes.get());
    }

    <T> T change(Function<Draft, T> work) {
        return core.change(unitOfWork, work);
    }

    private void jobChanged(Draft draft, String job) {
        Subscriptions.tell(this, draft, job);
        if (Statuses.of(draft.get(EntityType.JOB, job)) == Status.PENDING) {
            draft.afterCommit(orchestrator::madePending);
        }
    }

    /** Hears what others did, and looks what there is to do. */
    void look() {
        Follower following = follower;
        if (following != null) {
            following.look();
        }
    }

    // --- making ------------------------------------------------------------------------------------------------------

    /**
     * Makes a scenario of that kind, with its data nodes, tasks and sequences, now and without a name.
     *
     * @throws io.daybook.scenarios.config.InvalidConfiguration if there is no such kind
     */
    public Scenario createScenario(String configId) {
        return createScenario(configId, null, null);
    }

    /**
     * Makes a scenario of that kind, with its data nodes, tasks and sequences.
     *
     * @param name null = none
     * @param creationDate decides to which cycle it belongs; null = now
     * @throws io.daybook.scenarios.config.InvalidConfiguration if there is no such kind
     */
    public Scenario createScenario(String configId, @Nullable String name, @Nullable Instant creationDate) {
        return new Scenario(
                this,
                change(draft ->
                        new Creation(core, draft).scenario(core.configuration.scenario(configId), name, creationDate)));
    }

    /**
     * The data node of that kind that all share, which is made if there is none.
     *
     * @throws DataNodeConfigIsNotGlobal if that kind is not shared by all
     * @throws io.daybook.scenarios.config.InvalidConfiguration if there is no such kind
     */
    public DataNode createGlobalDataNode(String configId) {
        return new DataNode(
                this, change(draft -> new Creation(core, draft).globalNode(core.configuration.dataNode(configId))));
    }

    Submission submit(Entity<?> entity, boolean force, Map<String, ?> properties) {
        return new Submission(
                this,
                change(draft ->
                        Submitting.submit(core, draft, draft.get(entity.type(), entity.id()), force, properties)));
    }

    // --- finding -----------------------------------------------------------------------------------------------------

    /** The scenario of that id. @throws ModelNotFound if there is none */
    public Scenario scenario(String id) {
        return new Scenario(this, core.view().get(EntityType.SCENARIO, id).id());
    }

    /** The cycle of that id. @throws ModelNotFound if there is none */
    public Cycle cycle(String id) {
        return new Cycle(this, core.view().get(EntityType.CYCLE, id).id());
    }

    /** The sequence of that id. @throws ModelNotFound if there is none */
    public Sequence sequence(String id) {
        return new Sequence(this, core.view().get(EntityType.SEQUENCE, id).id());
    }

    /** The task of that id. @throws ModelNotFound if there is none */
    public Task task(String id) {
        return new Task(this, core.view().get(EntityType.TASK, id).id());
    }

    /** The data node of that id. @throws ModelNotFound if there is none */
    public DataNode dataNode(String id) {
        return new DataNode(this, core.view().get(EntityType.DATA_NODE, id).id());
    }

    /** The job of that id. @throws ModelNotFound if there is none */
    public Job job(String id) {
        return new Job(this, core.view().get(EntityType.JOB, id).id());
    }

    /** The submission of that id. @throws ModelNotFound if there is none */
    public Submission submission(String id) {
        return new Submission(this, core.view().get(EntityType.SUBMISSION, id).id());
    }

    /** Whatever has that id. @throws ModelNotFound if nothing has */
    public Entity<?> get(String id) {
        return find(id).orElseThrow(() -> new ModelNotFound(EntityType.of("entity"), id));
    }

    /** Whatever has that id; empty if nothing has, or has no more. */
    public Optional<Entity<?>> find(String id) {
        return World.TYPES.stream()
                .flatMap(type -> core.view().find(type, id).stream())
                .<Entity<?>>map(entity -> handle(entity.ref().type(), id))
                .findFirst();
    }

    private Entity<?> handle(EntityType type, String id) {
        return switch (type.name()) {
            case "cycle" -> new Cycle(this, id);
            case "scenario" -> new Scenario(this, id);
            case "sequence" -> new Sequence(this, id);
            case "task" -> new Task(this, id);
            case "data_node" -> new DataNode(this, id);
            case "job" -> new Job(this, id);
            case "submission" -> new Submission(this, id);
            default -> throw new IllegalArgumentException("Not of Taipy's world: " + type);
        };
    }

    /** All of them, oldest first. */
    public List<Scenario> scenarios() {
        return all(EntityType.SCENARIO, id -> new Scenario(this, id));
    }

    /** All of them, oldest first. */
    public List<Cycle> cycles() {
        return all(EntityType.CYCLE, id -> new Cycle(this, id));
    }

    /** All of them, oldest first. */
    public List<Task> tasks() {
        return all(EntityType.TASK, id -> new Task(this, id));
    }

    /** All of them, oldest first. */
    public List<DataNode> dataNodes() {
        return all(EntityType.DATA_NODE, id -> new DataNode(this, id));
    }

    /** All of them, oldest first. */
    public List<Job> jobs() {
        return all(EntityType.JOB, id -> new Job(this, id));
    }

    /** All of them, oldest first. */
    public List<Submission> submissions() {
        return all(EntityType.SUBMISSION, id -> new Submission(this, id));
    }

    List<Submission> submissionsOf(String entity) {
        return core.view().related(Relation.SUBMISSIONS_OF, entity).stream()
                .map(submission -> new Submission(this, submission.id()))
                .toList();
    }

    private <T> List<T> all(EntityType type, Function<String, T> handle) {
        return core.view().all(type).stream()
                .map(entity -> handle.apply(entity.id()))
                .toList();
    }

    /** What has that as an input or output, as Taipy's parents: tasks of a data node; scenarios and sequences of a task. */
    public Collection<Entity<?>> parents(Entity<?> entity) {
        View view = core.view();
        List<Stored> parents = entity instanceof DataNode
                ? List.copyOf(Stream.concat(
                                view.related(Relation.TASKS_THAT_READ, entity.id()).stream(),
                                view.related(Relation.TASKS_THAT_WRITE, entity.id()).stream())
                        .distinct()
                        .toList())
                : List.copyOf(Stream.concat(
                                view.related(Relation.SCENARIOS_WITH_TASK, entity.id()).stream(),
                                view.related(Relation.SEQUENCES_WITH_TASK, entity.id()).stream())
                        .toList());
        return parents.stream()
                .<Entity<?>>map(parent -> handle(parent.ref().type(), parent.id()))
                .toList();
    }

    // --- ending ------------------------------------------------------------------------------------------------------

    /**
     * Ends whatever has that id, and what belongs to it: with a cycle its scenarios; with a scenario its sequences, its own tasks and data nodes,
     * and their jobs and submissions; with a task its jobs; with a submission its jobs.
     *
     * @throws ModelNotFound if nothing has that id
     * @throws DeletingPrimaryScenario if it is the primary scenario of a cycle that has others
     * @throws JobNotFinished if it is a job that is not finished: see {@link Job#delete}
     */
    public void delete(String id) {
        transact(() -> new Deletion(draft()).delete(id));
    }

    /** Ends all jobs. */
    public void deleteJobs() {
        transact(() -> new Deletion(draft()).allJobs());
    }

    /** Ends everything that was made by that version of the application. */
    public void deleteVersion(String version) {
        transact(() -> new Deletion(draft()).version(version));
    }

    private Draft draft() {
        return (Draft) core.view();
    }

    // --- waiting -----------------------------------------------------------------------------------------------------

    void await(String what, BooleanSupplier condition, Duration timeout) throws InterruptedException {
        if (!core.await(condition, timeout)) {
            throw new WaitTimeout(what, timeout);
        }
    }

    /** Stops the orchestrator, and following what others do. The daybook stays open. One that is only another voice closes nothing. */
    @Override
    public void close() {
        Follower following = follower;
        if (following != null) {
            orchestrator.stop();
            following.close();
        }
    }
}
