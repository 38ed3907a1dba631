package io.daybook.scenarios.react;

import io.daybook.consumers.EventConsumer;
import io.daybook.consumers.FailurePolicy;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.Topic;
import io.daybook.notifier.Notifier;
import io.daybook.notifier.Registration;
import io.daybook.notifier.Start;
import io.daybook.scenarios.DataNode;
import io.daybook.scenarios.Job;
import io.daybook.scenarios.Scenario;
import io.daybook.scenarios.Scenarios;
import io.daybook.scenarios.Status;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Calls the application when something happens to its scenarios, data nodes, jobs and submissions, wherever it was done, in the order of the
 * ledger.
 *
 * <pre>{@code
 * try (EventProcessor processor = EventProcessor.named(scenarios, "month end")
 *     .failurePolicy(FailurePolicy.retry(5).thenPark())
 *     .onScenarioCreated((event, scenario) -> scenario.submit(), "month")
 *     .onDataNodeWritten((event, node, data) -> publish(data), "forecast")
 *     .onJobFailed((event, job) -> alert(job.stacktrace()))
 *     .onEvent(EventFilter.of(EntityType.CYCLE), event -> count(event))
 *     .start()) {
 *   ...
 * }
 * }</pre>
 *
 * <p><b>What is heard.</b> A {@linkplain #named named} processor has a durable registration of that name: what happens while no process runs it is
 * handed over when one does, at least once, and of several processes that run it one at a time hears it. The {@linkplain #of other} kind hears
 * what happens between start and stop, in its own process.
 *
 * <p><b>Callbacks</b> are called one after the other, in the order in which they were added, on daemon threads of the processor. They may be added
 * at any time, and hear what is processed from then on: those that shall hear what happened while the process was down are added before the start.
 * Where configuration ids are given, the kind must be exactly one of them; none = every kind. What callbacks do through the entities that they
 * are handed is recorded as caused by the event.
 *
 * <p><b>Entities</b> are what they are at the time of the call, and never older than the event. Where one is gone by then the callback is not called,
 * but for those of deletions and of filters: its deletion is an event of its own.
 *
 * <p><b>Failures.</b> When a callback, or the condition of its filter, throws, the others are called all the same; then the event is offered again, as
 * the failure policy says, to those that threw. Those that did not are not called again for it by this processor (of the last 1,000 events that
 * failed), even after a rewind of its registration; after an end of the process all may be, so what they do should bear being done twice.
 *
 * <p>Unlike Taipy's (trace r-event-processor) it can be started again after a stop, callbacks added after the start hear everything too, and an
 * exception does not end it. Thread-safe.
 */
public final class EventProcessor implements AutoCloseable {

    /**
     * Everything of Taipy's world, whatever the callbacks are for, which sift in memory: one that is added later needs nothing but to be added, and a
     * durable registration, which is known in the database by its topics, stays the same when a release of the application has other callbacks, or
     * two releases run side by side. The price is that the processor is woken by an event that is for nobody, to find that out.
     */
    private static final Topic[] TOPICS =
            EventFilter.TYPES.stream().map(Topic::of).toArray(Topic[]::new);

    private static final Duration STOP_WITHIN = Duration.ofSeconds(30);

    private final Scenarios scenarios;
    private final @Nullable String name;
    private final Start beginning;
    private final Reactions reactions;
    private final ReentrantLock lock = new ReentrantLock();

    // All below guarded by the lock.
    private FailurePolicy policy = FailurePolicy.retryForEver();
    private @Nullable Broadcaster broadcaster;
    private @Nullable Hearing hearing;

    private EventProcessor(Scenarios scenarios, @Nullable String name, Start beginning) {
        this.scenarios = scenarios;
        this.name = name;
        this.beginning = beginning;
        this.reactions = new Reactions(scenarios);
    }

    /**
     * One that hears what happens from its start to its stop; what happens before, after, and in between two starts is not for it. (What was
     * committed so shortly before a start that it has no position yet comes after it.)
     */
    public static EventProcessor of(Scenarios scenarios) {
        return new EventProcessor(scenarios, null, Start.now());
    }

    /**
     * One with the durable registration of that name, which begins at its very first start, and from then on misses nothing: a stop, an end of the
     * process, a crash.
     */
    public static EventProcessor named(Scenarios scenarios, String name) {
        return named(scenarios, name, Start.now());
    }

    /**
     * The same, whose registration begins somewhere else.
     *
     * @param beginning for a name that is not known yet, such as {@code Start.beginning()} to hear all that ever happened; one that is known goes on
     *     where it was
     */
    public static EventProcessor named(Scenarios scenarios, String name, Start beginning) {
        return new EventProcessor(scenarios, name, beginning);
    }

    /**
     * What becomes of an event when a callback throws, from the next start on. Tried until it works, if nothing is said.
     *
     * @throws IllegalArgumentException if it parks or stops, and the processor has no name
     */
    public EventProcessor failurePolicy(FailurePolicy newPolicy) {
        if (name == null
                && newPolicy instanceof FailurePolicy.RetryThen then
                && then.lastResort() != FailurePolicy.LastResort.SKIP) {
            throw new IllegalArgumentException(
                    "A processor without a name has nothing durable to park or stop. Give it a name, or retry or skip.");
        }
        lock.lock();
        try {
            policy = newPolicy;
        } finally {
            lock.unlock();
        }
        return this;
    }

    /** Where broadcasts go that are asked for from now on. */
    public EventProcessor broadcaster(Broadcaster newBroadcaster) {
        lock.lock();
        try {
            broadcaster = newBroadcaster;
        } finally {
            lock.unlock();
        }
        return this;
    }

    // --- callbacks ---------------------------------------------------------------------------------------------------

    /** Calls that for every event that fits. */
    public EventProcessor onEvent(EventFilter filter, EventCallback callback) {
        return on(Form.event(filter), (event, occurrence) -> callback.on(event));
    }

    /**
     * Calls that when a scenario was created.
     *
     * @param configIds of which kinds; none = of any
     */
    public EventProcessor onScenarioCreated(EntityCallback<Scenario> callback, String... configIds) {
        return on(Form.created(EntityType.SCENARIO, Scenario.class, configIds), callback::on);
    }

    /**
     * Calls that when a scenario was deleted.
     *
     * @param configIds of which kinds; none = of any
     */
    public EventProcessor onScenarioDeleted(DeletionCallback callback, String... configIds) {
        return on(Form.deleted(EntityType.SCENARIO, configIds), callback::on);
    }

    /**
     * Calls that when a data node was created.
     *
     * @param configIds of which kinds; none = of any
     */
    public EventProcessor onDataNodeCreated(EntityCallback<DataNode> callback, String... configIds) {
        return on(Form.created(EntityType.DATA_NODE, DataNode.class, configIds), callback::on);
    }

    /**
     * Calls that when a data node was written, appended to, or an edit of it was tracked: whenever its {@code last_edit_date} was set.
     *
     * @param configIds of which kinds; none = of any
     */
    public EventProcessor onDataNodeWritten(DataCallback callback, String... configIds) {
        return on(Form.written(configIds), (event, written) -> callback.on(event, written.dataNode(), written.data()));
    }

    /**
     * Calls that when a data node was deleted.
     *
     * @param configIds of which kinds; none = of any
     */
    public EventProcessor onDataNodeDeleted(DeletionCallback callback, String... configIds) {
        return on(Form.deleted(EntityType.DATA_NODE, configIds), callback::on);
    }

    /**
     * Calls that when nothing more will become of a job: it is completed, skipped, failed, cancelled or abandoned.
     *
     * @param taskConfigIds of which kinds of tasks; none = of any
     */
    public EventProcessor onJobFinished(EntityCallback<Job> callback, String... taskConfigIds) {
        return on(Form.job(Status::isFinished, taskConfigIds), callback::on);
    }

    /**
     * Calls that when a job has failed.
     *
     * @param taskConfigIds of which kinds of tasks; none = of any
     */
    public EventProcessor onJobFailed(EntityCallback<Job> callback, String... taskConfigIds) {
        return on(Form.job(status -> status == Status.FAILED, taskConfigIds), callback::on);
    }

    /**
     * Calls that when it is decided what became of a submission: it is completed, failed, cancelled, or undefined (its jobs were abandoned, of which
     * Taipy's processor says nothing). Once more if it fails after it was cancelled.
     *
     * @param configIds of which kinds of scenarios or tasks; none = of any, and only then of sequences, which are of no kind
     */
    public EventProcessor onSubmissionFinished(SubmissionCallback callback, String... configIds) {
        return on(
                Form.finished(configIds),
                (event, finished) -> callback.on(event, finished.submitted(), finished.submission()));
    }

    private <A> EventProcessor on(Form<A> form, Reactions.Handler<A> handler) {
        reactions.add(form, handler);
        return this;
    }

    // --- broadcasts --------------------------------------------------------------------------------------------------

    /** Broadcasts every event that fits. @throws NoBroadcaster if there is none yet */
    public EventProcessor broadcastOnEvent(String what, EventFilter filter) {
        return broadcast(what, Form.event(filter));
    }

    /** Broadcasts as {@link #onScenarioCreated} calls. @throws NoBroadcaster if there is none yet */
    public EventProcessor broadcastOnScenarioCreated(String what, String... configIds) {
        return broadcast(what, Form.created(EntityType.SCENARIO, Scenario.class, configIds));
    }

    /** Broadcasts as {@link #onScenarioDeleted} calls. @throws NoBroadcaster if there is none yet */
    public EventProcessor broadcastOnScenarioDeleted(String what, String... configIds) {
        return broadcast(what, Form.deleted(EntityType.SCENARIO, configIds));
    }

    /** Broadcasts as {@link #onDataNodeCreated} calls. @throws NoBroadcaster if there is none yet */
    public EventProcessor broadcastOnDataNodeCreated(String what, String... configIds) {
        return broadcast(what, Form.created(EntityType.DATA_NODE, DataNode.class, configIds));
    }

    /** Broadcasts as {@link #onDataNodeWritten} calls. @throws NoBroadcaster if there is none yet */
    public EventProcessor broadcastOnDataNodeWritten(String what, String... configIds) {
        return broadcast(what, Form.written(configIds));
    }

    /** Broadcasts as {@link #onDataNodeDeleted} calls. @throws NoBroadcaster if there is none yet */
    public EventProcessor broadcastOnDataNodeDeleted(String what, String... configIds) {
        return broadcast(what, Form.deleted(EntityType.DATA_NODE, configIds));
    }

    /** Broadcasts as {@link #onJobFinished} calls. @throws NoBroadcaster if there is none yet */
    public EventProcessor broadcastOnJobFinished(String what, String... taskConfigIds) {
        return broadcast(what, Form.job(Status::isFinished, taskConfigIds));
    }

    /** Broadcasts as {@link #onJobFailed} calls. @throws NoBroadcaster if there is none yet */
    public EventProcessor broadcastOnJobFailed(String what, String... taskConfigIds) {
        return broadcast(what, Form.job(status -> status == Status.FAILED, taskConfigIds));
    }

    /** Broadcasts as {@link #onSubmissionFinished} calls. @throws NoBroadcaster if there is none yet */
    public EventProcessor broadcastOnSubmissionFinished(String what, String... configIds) {
        return broadcast(what, Form.finished(configIds));
    }

    private <A> EventProcessor broadcast(String what, Form<A> form) {
        Broadcaster to;
        lock.lock();
        try {
            to = broadcaster;
        } finally {
            lock.unlock();
        }
        if (to == null) {
            throw new NoBroadcaster(what);
        }
        Broadcaster chosen = to;
        return on(
                form,
                (event, arguments) -> chosen.broadcast(new Broadcast(
                        what,
                        event,
                        form.entities().apply(arguments),
                        form.data().apply(arguments))));
    }

    // --- running -----------------------------------------------------------------------------------------------------

    /**
     * Begins; one with a name goes on where it was.
     *
     * @return this
     * @throws IllegalStateException if it runs, which changes nothing
     * @throws io.daybook.notifier.RegistrationBusy if something else in this process consumes the registration of that name
     * @throws io.daybook.notifier.RegistrationDiffers if there is a registration of that name that is no event processor's
     * @throws io.daybook.database.DatabaseFailure if the database cannot
     */
    public EventProcessor start() {
        lock.lock();
        try {
            if (hearing != null && hearing.isRunning()) {
                throw new IllegalStateException("%s runs already; stop it before starting it again.".formatted(this));
            }
            Hearing next = new Hearing(register(), policy);
            try {
                next.start();
            } catch (RuntimeException e) {
                forget(next);
                throw e;
            }
            hearing = next;
        } finally {
            lock.unlock();
        }
        return this;
    }

    private Registration register() {
        Notifier notifier = scenarios.daybook().notifier();
        return name == null ? notifier.register(TOPICS) : notifier.register(name, beginning, TOPICS);
    }

    /** What has no name is gone with its stop. */
    private void forget(Hearing ended) {
        if (name == null) {
            scenarios.daybook().notifier().unregister(ended.registration().id());
        }
    }

    /** Whether it was started and has not ended. */
    public boolean isRunning() {
        lock.lock();
        try {
            return hearing != null && hearing.isRunning();
        } finally {
            lock.unlock();
        }
    }

    /** Stops, waiting at most 30 seconds for what is in hand: see {@link #stop(Duration)}. */
    public void stop() {
        stop(STOP_WITHIN);
    }

    /**
     * Stops: callbacks for the event in hand are finished, the rest is for the next start, if the processor has a name. Called from within a
     * callback it does not wait. Of a processor that does not run it is no error.
     *
     * @param within how long to wait for what is in hand
     * @return whether it has stopped; if not, it will as soon as what is in hand is finished
     */
    public boolean stop(Duration within) {
        Hearing ending;
        lock.lock();
        try {
            ending = hearing;
        } finally {
            lock.unlock();
        }
        if (ending == null) {
            return true;
        }
        // Without the lock: the callback that this waits for may ask something of this processor.
        boolean stopped = ending.stop(within);
        forget(ending);
        return stopped;
    }

    /** The same as {@link #stop()}. */
    @Override
    public void close() {
        stop();
    }

    /**
     * Its registration: how far it is, and waiting until it is farther. Of a processor without a name another one after each start.
     *
     * @throws IllegalStateException if it was never started
     */
    public Registration registration() {
        lock.lock();
        try {
            if (hearing == null) {
                throw new IllegalStateException("%s has no registration yet. Start it.".formatted(this));
            }
            return hearing.registration();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return name == null ? "An event processor" : "Event processor " + name;
    }

    /** From one start to its stop. */
    private final class Hearing extends EventConsumer {

        Hearing(Registration registration, FailurePolicy policy) {
            super(registration, policy);
        }

        @Override
        protected void processEvent(Event event) throws Exception {
            reactions.react(event);
        }
    }
}
