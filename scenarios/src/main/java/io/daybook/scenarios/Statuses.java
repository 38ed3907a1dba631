package io.daybook.scenarios;

import io.daybook.event.EntityType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which status follows from which: of jobs, and of their submissions (FEATURES §5; traces e, l, u). */
final class Statuses {

    /** Metadata of a submission's status: the job because of which it changed. */
    private static final String TRIGGER = "job_triggered_submission_status_changed";

    private Statuses() {}

    static Status of(Stored job) {
        return Status.valueOf(job.text("status"));
    }

    static SubmissionStatus ofSubmission(Stored submission) {
        return SubmissionStatus.valueOf(submission.text("submission_status"));
    }

    /** A job gets a status, and its submission follows. */
    static void set(Draft draft, String job, Status status) {
        draft.set(EntityType.JOB, job, "status", status.name());
        draft.find(EntityType.SUBMISSION, draft.get(EntityType.JOB, job).text("submission"))
                .ifPresent(submission -> follow(draft, submission, job));
        draft.jobChanged(job);
    }

    private static void follow(Draft draft, Stored submission, String job) {
        SubmissionStatus before = ofSubmission(submission);
        SubmissionStatus now = after(before, statuses(draft, submission));
        if (now != before) {
            draft.set(EntityType.SUBMISSION, submission.id(), "submission_status", now.name(), Map.of(TRIGGER, job));
        }
    }

    private static Set<Status> statuses(Draft draft, Stored submission) {
        Set<Status> statuses = EnumSet.noneOf(Status.class);
        // Two nodes that finish the last two jobs at once must not both believe that the other still runs.
        draft.related(Relation.JOBS_OF_SUBMISSION, submission.id()).forEach(job -> {
            draft.restOn(job);
            statuses.add(of(job));
        });
        return statuses;
    }

    static SubmissionStatus after(SubmissionStatus before, Set<Status> jobs) {
        if (before == SubmissionStatus.FAILED || jobs.contains(Status.FAILED)) {
            return SubmissionStatus.FAILED;
        }
        if (jobs.contains(Status.CANCELED)) {
            return SubmissionStatus.CANCELED;
        }
        if (jobs.contains(Status.ABANDONED)) {
            return SubmissionStatus.UNDEFINED;
        }
        if (jobs.contains(Status.RUNNING)) {
            return SubmissionStatus.RUNNING;
        }
        if (jobs.contains(Status.PENDING)) {
            return SubmissionStatus.PENDING;
        }
        if (jobs.contains(Status.BLOCKED)) {
            return SubmissionStatus.BLOCKED;
        }
        return jobs.contains(Status.COMPLETED) || jobs.contains(Status.SKIPPED)
                ? SubmissionStatus.COMPLETED
                : SubmissionStatus.UNDEFINED;
    }

    /** Jobs that waited for data which is there now can be run. Every one of them, at once: Taipy wakes some, some time (traces k, n). */
    static void wakeReady(Draft draft) {
        Set<String> tasks = new LinkedHashSet<>();
        for (String node : draft.takeReadyNodes()) {
            draft.related(Relation.TASKS_THAT_READ, node).forEach(task -> tasks.add(task.id()));
        }
        if (!tasks.isEmpty()) {
            wake(
                    draft,
                    draft.related(Relation.JOBS_WITH_STATUS, Status.BLOCKED.name()).stream()
                            .filter(job -> tasks.contains(job.text("task")))
                            .toList());
        }
    }

    static void wake(Draft draft, Collection<Stored> jobs) {
        for (Stored job : jobs) {
            if (of(job) == Status.BLOCKED) {
                Optional<String> missing = missing(draft, job);
                if (missing.isPresent()) {
                    fail(draft, job.id(), List.of(missing.get()));
                } else if (isRunnable(draft, job)) {
                    set(draft, job.id(), Status.PENDING);
                }
            }
        }
    }

    /** What was deleted without which the job can never run; empty if all is there. */
    static Optional<String> missing(View view, Stored job) {
        Optional<Stored> task = view.find(EntityType.TASK, job.text("task"));
        if (task.isEmpty()) {
            return Optional.of("Its task %s was deleted.".formatted(job.text("task")));
        }
        return task.get().texts("inputs").stream()
                .filter(node -> view.find(EntityType.DATA_NODE, node).isEmpty())
                .findFirst()
                .map("Data node %s, which it reads, was deleted."::formatted);
    }

    static boolean isRunnable(View view, Stored job) {
        return view.find(EntityType.TASK, job.text("task"))
                .map(task -> Readiness.areReady(view, task.texts("inputs")))
                .orElse(false);
    }

    /** A job has failed: so what waits for it in its submission never runs, and what they would have written is free. */
    static void fail(Draft draft, String job, List<String> stacktrace) {
        set(draft, job, Status.FAILED);
        unlockOutputs(draft, abandonDownstream(draft, job));
        if (!stacktrace.isEmpty()) {
            draft.set(EntityType.JOB, job, "stacktrace", stacktrace);
        }
    }

    /**
     * A job shall not run. One that runs goes on, and its outputs stay locked until it ends (Taipy unlocks them behind its back: trace u); but
     * what waits for it is abandoned.
     */
    static void cancel(Draft draft, String job) {
        Status status = of(draft.get(EntityType.JOB, job));
        switch (status) {
            case CANCELED, FAILED, ABANDONED -> {}
            case COMPLETED, SKIPPED -> unlockOutputs(draft, List.of(job));
            case RUNNING -> {
                List<String> abandoned = abandonDownstream(draft, job);
                unlockOutputs(draft, abandoned.subList(1, abandoned.size()));
            }
            case SUBMITTED, BLOCKED, PENDING -> {
                set(draft, job, Status.CANCELED);
                unlockOutputs(draft, abandonDownstream(draft, job));
            }
        }
    }

    /** @return the job itself, then those that were abandoned */
    private static List<String> abandonDownstream(Draft draft, String job) {
        Stored first = draft.get(EntityType.JOB, job);
        List<Stored> others = draft.related(Relation.JOBS_OF_SUBMISSION, first.text("submission"));
        List<String> ended = new ArrayList<>(List.of(job));
        Deque<Stored> next = new ArrayDeque<>(List.of(first));
        Set<String> seen = new LinkedHashSet<>(List.of(job));
        while (!next.isEmpty()) {
            List<String> outputs = task(draft, next.pop(), "outputs");
            for (Stored other : others) {
                if (task(draft, other, "inputs").stream().anyMatch(outputs::contains) && seen.add(other.id())) {
                    next.add(other);
                    Status status = of(draft.get(EntityType.JOB, other.id()));
                    if (status == Status.BLOCKED || status == Status.SUBMITTED) {
                        set(draft, other.id(), Status.ABANDONED);
                        ended.add(other.id());
                    }
                }
            }
        }
        return ended;
    }

    private static List<String> task(View view, Stored job, String attribute) {
        return view.find(EntityType.TASK, job.text("task"))
                .map(task -> task.texts(attribute))
                .orElse(List.of());
    }

    /** What these jobs would have written is free, but for what another job is still going to write. */
    static void unlockOutputs(Draft draft, Collection<String> jobs) {
        unlockOutputs(draft, jobs, Set.of());
    }

    /** @param but data nodes that need not be unlocked: they are about to end */
    static void unlockOutputs(Draft draft, Collection<String> jobs, Set<String> but) {
        for (String job : jobs) {
            Stored ended = draft.get(EntityType.JOB, job);
            for (String node : task(draft, ended, "outputs")) {
                if (!but.contains(node)
                        && !isAwaited(draft, node, jobs)
                        && draft.find(EntityType.DATA_NODE, node).isPresent()) {
                    DataNodes.unlock(draft, node);
                }
            }
        }
    }

    /** Whether some other job is still going to write it. */
    private static boolean isAwaited(Draft draft, String node, Collection<String> but) {
        Optional<Stored> other = draft.related(Relation.TASKS_THAT_WRITE, node).stream()
                .flatMap(task -> draft.related(Relation.JOBS_OF_TASK, task.id()).stream())
                .filter(job -> !but.contains(job.id()) && !of(job).isFinished())
                .findFirst();
        // If that one ends meanwhile, on another node, nobody would unlock.
        other.ifPresent(draft::restOn);
        return other.isPresent();
    }
}
