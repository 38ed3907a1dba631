package io.daybook.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.scenarios.config.Configuration;
import io.daybook.testkit.Await;
import io.daybook.testkit.Seeds;
import io.daybook.testkit.TestDatabase;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes with pools are killed in the middle of their jobs, ten times; another one is always there, or comes. */
abstract class KillConformance {

    private static final int ROUNDS = 10;
    private static final int SUBMISSIONS = 20;

    @TempDir
    Path logs;

    abstract TestDatabase newDatabase();

    /** How many nodes run jobs at a time, beside the one that submits. */
    abstract int nodes();

    abstract WhenNodeIsGone whenNodeIsGone();

    /** Where several processes find the same database. */
    String url(TestDatabase database) {
        return database.url();
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void every_submission_ends_whatever_is_killed_and_the_fold_is_the_state() throws Exception {
        WhenNodeIsGone what = whenNodeIsGone();
        long seed = Seeds.next();
        Random random = new Random(seed);
        List<Process> children = new ArrayList<>();
        try (TestDatabase database = newDatabase();
                Daybook daybook = database.daybook()
                        .url(url(database))
                        .lease(KilledOrchestrator.LEASE)
                        .open();
                Scenarios scenarios = Scenarios.open(daybook, Configuration.of(KilledOrchestrator.WORK))) {
            try {
                for (int node = 0; node < nodes(); node++) {
                    children.add(child(database, what));
                }
                List<Submission> all = new ArrayList<>();
                for (int round = 0; round < ROUNDS; round++) {
                    long before = finished(scenarios);
                    List<Submission> submissions = new ArrayList<>();
                    for (int i = 0; i < SUBMISSIONS; i++) {
                        Scenario scenario = scenarios.createScenario("work");
                        scenario.dataNode("number").write(round * SUBMISSIONS + i);
                        submissions.add(scenario.submit());
                    }
                    all.addAll(submissions);
                    long until = before + 1 + random.nextInt(2 * SUBMISSIONS - 4);
                    Await.until(() -> finished(scenarios) >= until, () -> "nobody runs jobs; seed " + seed);
                    int victim = random.nextInt(children.size());
                    children.get(victim).destroyForcibly().waitFor();
                    children.set(victim, child(database, what));
                }
                for (Submission submission : all) {
                    submission.await(Duration.ofSeconds(60));
                    check(submission, what, seed);
                }
                assertThat(scenarios.submissions()).hasSize(ROUNDS * SUBMISSIONS);
                assertThat(scenarios.dataNodes()).noneMatch(DataNode::isEditInProgress);
                Await.sequenced(daybook);
                scenarios.core().catchUp();
                ScenariosConformance.assertFoldIsState(daybook, scenarios);
                assertThat(daybook.verify().isClean()).isTrue();
            } finally {
                children.forEach(Process::destroyForcibly);
            }
        }
    }

    private static long finished(Scenarios scenarios) {
        return scenarios
                .core()
                .world
                .related(Relation.JOBS_WITH_STATUS, Status.COMPLETED.name())
                .size();
    }

    private static void check(Submission submission, WhenNodeIsGone what, long seed) {
        List<Status> jobs = submission.jobs().stream().map(Job::status).toList();
        Scenario scenario = submission.home.scenario(submission.entityId());
        if (what == WhenNodeIsGone.RUN_AGAIN || !jobs.contains(Status.FAILED)) {
            assertThat(submission.status()).as("seed %d", seed).isEqualTo(SubmissionStatus.COMPLETED);
            int number = scenario.dataNode("number").read(Integer.class).orElseThrow();
            assertThat(scenario.dataNode("result").read(Integer.class)).contains((number + 1) * 10);
        } else {
            assertThat(submission.status()).as("seed %d", seed).isEqualTo(SubmissionStatus.FAILED);
            assertThat(submission.jobs().stream()
                            .filter(job -> job.status() == Status.FAILED)
                            .findFirst()
                            .orElseThrow()
                            .stacktrace()
                            .get(0))
                    .contains("is gone");
            assertThat(scenario.dataNode("result").data()).isEmpty();
        }
    }

    private Process child(TestDatabase database, WhenNodeIsGone what) throws IOException {
        File log = File.createTempFile("node", ".log", logs.toFile());
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledOrchestrator.class.getName(),
                        url(database),
                        database.user(),
                        database.password(),
                        what.name())
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
    }
}
