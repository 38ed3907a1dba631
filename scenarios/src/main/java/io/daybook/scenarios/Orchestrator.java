package io.daybook.scenarios;

import io.daybook.ValueTooLarge;
import io.daybook.event.DaybookException;
import io.daybook.event.EntityType;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Value;
import io.daybook.event.ValueMismatch;
import io.daybook.notifier.Presence;
import io.daybook.scenarios.config.Inputs;
import io.daybook.scenarios.config.TaskConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs jobs: in the thread that submits them, or in a pool of threads of any number of nodes. A job is run by one node, which claims it by making
 * it RUNNING; a node that is gone loses its claims, and what it says later of a job that was taken from it is not written. Every step of a job is
 * one unit of work: it runs; its outputs are written, it is completed, its submission follows, and what waited for the outputs can run. A function
 * that throws fails its job and nothing else. Thread-safe.
 */
public final class Orchestrator {

    private static final Logger LOG = LoggerFactory.getLogger(Orchestrator.class);
    private static final Duration LOOK_FOR_THE_GONE_EVERY = Duration.ofSeconds(1);
    private static final Duration TRY_AGAIN_AFTER = Duration.ofMillis(500);
    private static final int MOST_LINES = 200;
    private static final int LONGEST_LINE = 1_000;
    private static final Duration STOP_WITHIN = Duration.ofSeconds(30);

    private final Scenarios home;
    private final Core core;
    private final JobMode mode;
    private final WhenNodeIsGone whenNodeIsGone;

    @SuppressWarnings("ThreadLocalUsage") // One for each orchestrator: a job may use another daybook.
    private final ThreadLocal<Boolean> running = ThreadLocal.withInitial(() -> false);

    /** In development mode one thread runs jobs at a time: whoever comes back from a submission finds all of its jobs finished. */
    private final ReentrantLock oneByOne = new ReentrantLock();

    private final Set<String> inHand = ConcurrentHashMap.newKeySet();

    private volatile @Nullable Presence presence;
    private volatile @Nullable ExecutorService pool;
    private volatile long lookForTheGoneAt;

    Orchestrator(Scenarios home, JobMode mode, WhenNodeIsGone whenNodeIsGone) {
        this.home = home;
        this.core = home.core();
        this.mode = mode;
        this.whenNodeIsGone = whenNodeIsGone;
    }

    /**
     * From now on jobs run. Those that were pending when everything stopped run too; in development mode they have when this returns. One that runs
     * already stays as it is.
     *
     * @throws io.daybook.database.DatabaseFailure if the database cannot
     */
    public synchronized void start() {
        if (presence != null) {
            return;
        }
        lookForTheGoneAt = System.nanoTime();
        presence = core.daybook.notifier().takePart();
        if (mode instanceof JobMode.Pool threads) {
            AtomicInteger number = new AtomicInteger();
            pool = Executors.newFixedThreadPool(threads.threads(), job -> {
                Thread thread = new Thread(job, "daybook-job-" + number.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
        }
        try {
            lookAround();
            madePending();
        } catch (RuntimeException | Error e) {
            stop(Duration.ZERO);
            throw e;
        }
    }

    /** Jobs do not begin any more; those that run are waited for, at most half a minute. One that is stopped already stays so. */
    public void stop() {
        stop(STOP_WITHIN);
    }

    /**
     * Jobs do not begin any more; those that run are waited for.
     *
     * @return false if some still run: they are finished when they are, unless the daybook is closed before; then other nodes take them for lost
     */
    public synchronized boolean stop(Duration within) {
        Presence here = presence;
        presence = null;
        ExecutorService threads = pool;
        pool = null;
        boolean ended;
        try {
            ended = threads == null ? noneRunsHere(within) : end(threads, within);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ended = false;
        }
        if (here != null && ended) {
            here.close();
        }
        return ended;
    }

    private static boolean end(ExecutorService threads, Duration within) throws InterruptedException {
        threads.shutdown();
        return threads.awaitTermination(within.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** In development mode: whoever runs jobs comes to the end of the one that it is at. */
    private boolean noneRunsHere(Duration within) throws InterruptedException {
        if (oneByOne.tryLock(within.toMillis(), TimeUnit.MILLISECONDS)) {
            oneByOne.unlock();
            return true;
        }
        return false;
    }

    /** Whether jobs run. */
    public boolean isRunning() {
        return presence != null;
    }

    // --- what there is to do -----------------------------------------------------------------------------------------

    /** In development mode the thread whose unit of work made jobs pending runs them, unless it is within one. */
    void madePending() {
        if (mode instanceof JobMode.Development && isRunning() && !running.get()) {
            oneByOne.lock();
            try {
                runPending();
            } finally {
                oneByOne.unlock();
            }
        }
    }

    /** Looks what there is to do: lost jobs, jobs that nobody woke, jobs that nobody runs. */
    void lookAround() {
        Presence here = presence;
        if (here == null || !here.isValid()) {
            return;
        }
        if (System.nanoTime() - lookForTheGoneAt >= 0) {
            lookForTheGoneAt = System.nanoTime() + LOOK_FOR_THE_GONE_EVERY.toNanos();
            takeFromTheGone(here);
        }
        wakeForgotten();
        ExecutorService threads = pool;
        if (threads != null && mode instanceof JobMode.Pool size) {
            fill(threads, size.threads() - inHand.size(), here);
        }
    }

    private void fill(ExecutorService threads, int places, Presence here) {
        int free = places;
        for (Stored job : core.world.related(Relation.JOBS_WITH_STATUS, Status.PENDING.name())) {
            if (free <= 0) {
                return;
            }
            if (inHand.add(job.id())) {
                free--;
                try {
                    threads.execute(() -> {
                        try {
                            run(job.id(), here);
                        } finally {
                            inHand.remove(job.id());
                            home.look();
                        }
                    });
                } catch (RejectedExecutionException e) {
                    // It was stopped just now.
                    inHand.remove(job.id());
                    return;
                }
            }
        }
    }

    private void takeFromTheGone(Presence here) {
        List<Stored> running = core.world.related(Relation.JOBS_WITH_STATUS, Status.RUNNING.name());
        if (running.isEmpty()) {
            return;
        }
        Set<String> living = core.daybook.notifier().nodes();
        for (Stored job : running) {
            Optional<String> node = job.maybeText("node");
            boolean mine = node.isPresent() && node.get().equals(here.node());
            // One of this node that nobody here has in hand any more was left behind by a stop that did not wait for
            // it.
            if (mine ? !inHand.contains(job.id()) : node.isPresent() && !living.contains(node.get())) {
                takeFrom(job.id(), node.get());
            }
        }
    }

    private void takeFrom(String job, String node) {
        LOG.warn("Job {} was running on node {}, which is gone: {}.", job, node, whenNodeIsGone);
        home.change(draft -> {
            Stored found = draft.find(EntityType.JOB, job).orElse(null);
            if (found != null
                    && Statuses.of(found) == Status.RUNNING
                    && found.maybeText("node").orElse("").equals(node)) {
                if (whenNodeIsGone == WhenNodeIsGone.RUN_AGAIN) {
                    Statuses.set(draft, job, Status.PENDING);
                } else {
                    Statuses.fail(draft, job, List.of("Node %s, which ran it, is gone.".formatted(node)));
                }
            }
            return job;
        });
    }

    /** Whoever made the data of a job ready wakes it, if it knew of the job; if both happened at once on two nodes, neither knew. */
    private void wakeForgotten() {
        List<Stored> blocked = core.world.related(Relation.JOBS_WITH_STATUS, Status.BLOCKED.name());
        if (blocked.stream()
                .anyMatch(job -> Statuses.isRunnable(core.world, job)
                        || Statuses.missing(core.world, job).isPresent())) {
            home.change(draft -> {
                Statuses.wake(draft, draft.related(Relation.JOBS_WITH_STATUS, Status.BLOCKED.name()));
                return blocked.size();
            });
        }
    }

    private void runPending() {
        running.set(true);
        try {
            for (Presence here = presence; here != null; here = presence) {
                List<Stored> pending = core.world.related(Relation.JOBS_WITH_STATUS, Status.PENDING.name());
                if (pending.isEmpty()) {
                    return;
                }
                String job = pending.get(0).id();
                inHand.add(job);
                try {
                    run(job, here);
                } finally {
                    inHand.remove(job);
                }
            }
        } finally {
            running.set(false);
        }
    }

    // --- one job -----------------------------------------------------------------------------------------------------

    private void run(String job, Presence here) {
        boolean interrupted = false;
        try {
            String node = here.node();
            Claim claim = home.change(draft -> claim(draft, job, node));
            if (claim instanceof Claim.Taken taken) {
                Outcome outcome = work(taken);
                // An interrupt is for the function. In the middle of a write it would close H2's file, for everybody.
                interrupted = Thread.interrupted();
                finish(job, node, outcome);
            }
        } catch (DaybookException e) {
            LOG.warn("Job {} could not be run: {} It is tried again.", job, e.getMessage());
            pause();
        } catch (IllegalStateException e) {
            LOG.debug("Job {} is not run here: {}", job, e.getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(TRY_AGAIN_AFTER.toMillis());
        } catch (InterruptedException e) {
            LOG.debug("A pause was interrupted.");
        }
    }

    /** What came of looking at a job to run it. */
    private sealed interface Claim {
        /** It is somebody else's, or there was nothing to run. */
        record None() implements Claim {}

        /** It is ours. */
        record Taken(Stored task, Optional<TaskConfig> config) implements Claim {}
    }

    private Claim claim(Draft draft, String id, String node) {
        Stored job = draft.find(EntityType.JOB, id).orElse(null);
        if (job == null || Statuses.of(job) != Status.PENDING) {
            return new Claim.None();
        }
        Stored task = draft.find(EntityType.TASK, job.text("task")).orElse(null);
        if (task == null) {
            Statuses.fail(draft, id, List.of("Its task was deleted."));
            return new Claim.None();
        }
        if (!job.flag("force") && canBeSkipped(draft, task)) {
            Statuses.unlockOutputs(draft, List.of(id));
            Statuses.set(draft, id, Status.SKIPPED);
            return new Claim.None();
        }
        draft.set(EntityType.JOB, id, "node", node);
        Statuses.set(draft, id, Status.RUNNING);
        return new Claim.Taken(task, core.configuration.findTask(task.text("config_id")));
    }

    /** Whether everything that the task would write is good, and newer than everything that it reads (FEATURES §5, Skip). */
    private boolean canBeSkipped(View view, Stored task) {
        List<String> outputs = task.texts("outputs");
        if (!task.flag("skippable") || outputs.isEmpty()) {
            return false;
        }
        Instant oldest = Instant.MAX;
        for (String output : outputs) {
            Stored node = view.find(EntityType.DATA_NODE, output).orElse(null);
            if (node == null || !DataNodes.isValid(node, core.now())) {
                return false;
            }
            Instant written = node.instant("last_edit_date").orElseThrow();
            oldest = written.isBefore(oldest) ? written : oldest;
        }
        for (String input : task.texts("inputs")) {
            Instant written = view.find(EntityType.DATA_NODE, input)
                    .flatMap(node -> node.instant("last_edit_date"))
                    .orElse(Instant.MAX);
            if (written.isAfter(oldest)) {
                return false;
            }
        }
        return true;
    }

    /** What a function did. */
    private sealed interface Outcome {
        /** Data of each output, as it is kept. */
        record Done(Map<String, Object> outputs) implements Outcome {}

        /** Why not. */
        record Failed(List<String> stacktrace) implements Outcome {}
    }

    private Outcome work(Claim.Taken taken) {
        try {
            TaskConfig config = taken.config()
                    .orElseThrow(() ->
                            new FunctionMissing(taken.task().id(), taken.task().text("config_id")));
            Object result = config.function().run(inputs(taken.task()));
            return new Outcome.Done(keep(taken.task(), result));
        } catch (Throwable e) {
            LOG.info("Job of task {} failed: {}", taken.task().id(), shown(e));
            return new Outcome.Failed(stacktrace(e));
        }
    }

    /** A function knows the data nodes of its task, and may quote them. */
    private String shown(Throwable failure) {
        return home.daybook()
                .sensitive()
                .shown(failure, List.of(EntityType.JOB, EntityType.TASK, EntityType.DATA_NODE))
                .toString();
    }

    private Inputs inputs(Stored task) {
        Map<String, Value> inputs = new LinkedHashMap<>();
        for (String id : task.texts("inputs")) {
            Stored node =
                    core.world.find(EntityType.DATA_NODE, id).orElseThrow(() -> new NonExistingDataNode(task.id(), id));
            inputs.put(node.text("config_id"), core.files.read(core.world, node).orElse(Value.of(null)));
        }
        return new Inputs(inputs);
    }

    private Map<String, Object> keep(Stored task, @Nullable Object result) {
        List<String> outputs = task.texts("outputs");
        List<@Nullable Object> results = new ArrayList<>();
        if (outputs.size() == 1) {
            results.add(result);
        } else if (!outputs.isEmpty()) {
            if (!(result instanceof List<?> list) || list.size() != outputs.size()) {
                throw new IllegalStateException(
                        "The function of %s answers a List of %d values, one for each output, and not %s."
                                .formatted(task.id(), outputs.size(), result));
            }
            results.addAll(list);
        }
        Map<String, Object> kept = new LinkedHashMap<>();
        for (int i = 0; i < outputs.size(); i++) {
            String id = outputs.get(i);
            Stored node =
                    core.world.find(EntityType.DATA_NODE, id).orElseThrow(() -> new NonExistingDataNode(task.id(), id));
            kept.put(id, core.files.keep(node, results.get(i)));
        }
        return kept;
    }

    /** Says what came of a job, until it is said: while the database is away the result waits here. */
    private void finish(String job, String node, Outcome outcome) {
        while (true) {
            try {
                boolean ours = home.change(draft -> finish(draft, job, node, outcome));
                if (!ours) {
                    LOG.warn(
                            "Job {} was taken from this node, which others took for gone; its result is dropped.", job);
                }
                return;
            } catch (ModelNotFound e) {
                LOG.warn("What job {} wrote was deleted meanwhile: {}", job, e.getMessage());
                finish(job, node, new Outcome.Failed(stacktrace(e)));
                return;
            } catch (InvalidEvent | ValueMismatch | ValueTooLarge e) {
                LOG.warn("What job {} answered cannot be kept: {}", job, e.getMessage());
                finish(job, node, new Outcome.Failed(stacktrace(e)));
                return;
            } catch (DaybookException e) {
                if (!isRunning()) {
                    LOG.warn(
                            "The result of job {} is lost: {} Other nodes, or the next start, take it for gone.",
                            job,
                            e.getMessage());
                    return;
                }
                LOG.warn("The result of job {} could not be written: {} Trying again.", job, e.getMessage());
                pause();
            } catch (IllegalStateException e) {
                // The daybook is closed: other nodes, or the next start, take this job for lost.
                LOG.warn("The result of job {} is lost: {}", job, e.getMessage());
                return;
            }
        }
    }

    private boolean finish(Draft draft, String id, String node, Outcome outcome) {
        Stored job = draft.find(EntityType.JOB, id).orElse(null);
        if (job == null
                || Statuses.of(job) != Status.RUNNING
                || !job.maybeText("node").orElse("").equals(node)) {
            return false;
        }
        if (outcome instanceof Outcome.Done done) {
            done.outputs().forEach((output, data) -> {
                draft.get(EntityType.DATA_NODE, output);
                DataNodes.write(draft, output, data, Map.of("job_id", id), core.now());
            });
            Statuses.set(draft, id, Status.COMPLETED);
        } else if (outcome instanceof Outcome.Failed failed) {
            Statuses.fail(draft, id, failed.stacktrace());
        }
        return true;
    }

    private static List<String> stacktrace(Throwable why) {
        StringWriter text = new StringWriter();
        why.printStackTrace(new PrintWriter(text, true));
        return text.toString()
                .lines()
                .limit(MOST_LINES)
                .map(line -> line.replace('\0', ' '))
                .map(line -> line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + " ..." : line)
                .toList();
    }
}
