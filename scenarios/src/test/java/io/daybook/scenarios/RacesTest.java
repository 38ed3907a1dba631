package io.daybook.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.Daybook;
import io.daybook.scenarios.config.Configuration;
import io.daybook.scenarios.config.DataNodeConfig;
import io.daybook.scenarios.config.Frequency;
import io.daybook.scenarios.config.ScenarioConfig;
import io.daybook.scenarios.config.Scope;
import io.daybook.scenarios.config.TaskConfig;
import io.daybook.testkit.Await;
import io.daybook.testkit.DaybookExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What one node decides while another commits: each race is made by letting the other node commit within the unit of work of the first, after that
 * has decided and before it commits.
 */
class RacesTest {

    @RegisterExtension
    final DaybookExtension daybooks = DaybookExtension.h2();

    private final DataNodeConfig one = DataNodeConfig.of("one").defaultData(1);
    private final DataNodeConfig two = DataNodeConfig.of("two").defaultData(2);
    private final DataNodeConfig left = DataNodeConfig.of("left");
    private final DataNodeConfig right = DataNodeConfig.of("right");
    private final DataNodeConfig global = DataNodeConfig.of("global").scope(Scope.GLOBAL);
    private final TaskConfig leftTask =
            TaskConfig.of("left_task", inputs -> 1).reads(one).writes(left);
    private final TaskConfig rightTask =
            TaskConfig.of("right_task", inputs -> 1).reads(two).writes(right);
    private final ScenarioConfig parallel = ScenarioConfig.of("parallel", leftTask, rightTask);
    private final ScenarioConfig shared = ScenarioConfig.of(
            "shared", TaskConfig.of("share", inputs -> 1).reads(one).writes(global));
    private final ScenarioConfig daily = ScenarioConfig.of("daily", leftTask).frequency(Frequency.DAILY);

    private Scenarios first;
    private Scenarios second;

    private void open() {
        first = scenarios();
        second = scenarios();
    }

    private Scenarios scenarios() {
        return Scenarios.open(daybooks.daybook(), Configuration.of(parallel, shared, daily));
    }

    @AfterEach
    void close() {
        if (first != null) {
            first.close();
            second.close();
        }
    }

    /** The first node does its part; before it commits for the first time, the second one does its own. */
    private void race(Consumer<Scenarios> mine, Consumer<Scenarios> theirs) {
        AtomicBoolean done = new AtomicBoolean();
        first.transact(() -> {
            mine.accept(first);
            if (!done.getAndSet(true)) {
                Thread other = new Thread(() -> theirs.accept(second), "the-other-node");
                other.start();
                try {
                    other.join();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        settle();
    }

    private void settle() {
        Await.sequenced(daybooks.daybook());
        first.core().catchUp();
        second.core().catchUp();
        ScenariosConformance.assertFoldIsState(daybooks.daybook(), first);
        ScenariosConformance.assertFoldIsState(daybooks.daybook(), second);
    }

    @Test
    void two_nodes_that_complete_the_last_two_jobs_at_once_complete_the_submission() {
        open();
        Submission submission = first.createScenario("parallel").submit();
        List<Job> jobs = submission.jobs();
        jobs.forEach(job -> job.become(Status.RUNNING));
        settle();
        race(
                s -> s.job(jobs.get(0).id()).become(Status.COMPLETED),
                s -> s.job(jobs.get(1).id()).become(Status.COMPLETED));
        assertThat(submission.status()).isEqualTo(SubmissionStatus.COMPLETED);
    }

    @Test
    void what_is_submittable_is_told_when_two_nodes_write_the_last_two_inputs_at_once() {
        open();
        Scenario scenario = first.createScenario("parallel");
        scenario.dataNodes().forEach(DataNode::lockEdit);
        settle();
        race(
                s -> s.dataNode(scenario.dataNode("one").id()).write(1),
                s -> s.dataNode(scenario.dataNode("two").id()).write(2));
        assertThat(scenario.stored().flag("is_submittable")).isTrue();
    }

    @Test
    void two_nodes_that_cancel_what_would_write_one_data_node_leave_it_unlocked() {
        open();
        Submission a = first.createScenario("shared").submit();
        Submission b = first.createScenario("shared").submit();
        settle();
        race(s -> s.submission(a.id()).cancel(), s -> s.submission(b.id()).cancel());
        assertThat(first.dataNodes()).noneMatch(DataNode::isEditInProgress);
    }

    @Test
    void a_cycle_is_not_deleted_while_another_node_adds_to_it() {
        open();
        Instant day = Instant.parse("2024-01-15T10:00:00Z");
        Scenario scenario = first.createScenario("daily", null, day);
        settle();
        // Decided again, it is the primary one of a cycle with others.
        assertThatThrownBy(() -> race(s -> s.delete(scenario.id()), s -> s.createScenario("daily", null, day)))
                .isInstanceOf(DeletingPrimaryScenario.class);
        settle();
        assertThat(first.scenarios())
                .hasSize(2)
                .allMatch(s -> s.cycle().orElseThrow().exists());
    }

    @Test
    void a_scenario_is_not_made_of_a_shared_data_node_that_another_node_deletes() {
        open();
        String node = first.createScenario("shared").dataNode("global").id();
        settle();
        race(s -> s.createScenario("shared"), s -> s.delete(node));
        Scenario newest = first.scenarios().get(1);
        assertThat(newest.dataNode("global").exists()).isTrue();
        newest.submit();
    }

    @Test
    void a_task_is_not_deleted_while_another_node_submits_it() {
        open();
        Scenario scenario = first.createScenario("parallel");
        settle();
        race(
                s -> s.delete(scenario.task("left_task").id()),
                s -> s.scenario(scenario.id()).submit());
        // Decided again, it takes the job with it.
        assertThat(first.jobs()).extracting(job -> job.task().configId()).containsExactly("right_task");
        assertThat(scenario.dataNode("right").isEditInProgress()).isTrue();
        assertThat(first.dataNodes().stream().filter(DataNode::isEditInProgress))
                .hasSize(1);
    }

    @Test
    void a_job_whose_input_is_deleted_fails_instead_of_waiting_for_ever() {
        open();
        Scenario scenario = first.createScenario("parallel");
        scenario.dataNode("one").lockEdit();
        Submission submission = scenario.submit();
        first.delete(scenario.dataNode("one").id());
        assertThat(submission.jobs().get(0).status()).isEqualTo(Status.FAILED);
        assertThat(submission.jobs().get(0).stacktrace().get(0)).contains("was deleted");
        assertThat(scenario.dataNode("left").isEditInProgress()).isFalse();
        settle();
    }

    @Test
    void deleting_a_scenario_unlocks_what_its_jobs_would_have_written_for_all() {
        open();
        Scenario scenario = first.createScenario("shared");
        String node = scenario.dataNode("global").id();
        scenario.submit();
        assertThat(first.dataNode(node).isEditInProgress()).isTrue();
        first.delete(scenario.id());
        assertThat(first.dataNode(node).isEditInProgress()).isFalse();
        assertThat(first.jobs()).isEmpty();
        settle();
    }

    @Test
    void a_part_that_failed_half_way_is_not_committed_because_somebody_caught_it() {
        open();
        Scenario scenario = first.createScenario("parallel");
        Scenario other = first.createScenario("parallel");
        assertThatThrownBy(() -> first.transact(() -> {
                    try {
                        scenario.addSequences(new TreeMap<>(Map.of("a", scenario.tasks(), "b", other.tasks())));
                    } catch (ScenarioException e) {
                        assertThat(e).isInstanceOf(SequenceTaskDoesNotExistInScenario.class);
                    }
                }))
                .hasMessageContaining("failed half-way");
        assertThat(scenario.sequences()).isEmpty();
        // One that had said nothing yet may be caught.
        first.transact(() -> {
            try {
                scenario.sequence("none").setTasks(List.of());
            } catch (SequenceNotFound e) {
                scenario.setName("caught");
            }
        });
        assertThat(scenario.name()).contains("caught");
        assertThatThrownBy(() -> first.transact(() -> {
                    try {
                        scenario.submit().await(Duration.ofSeconds(1));
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .hasMessageContaining("nothing to wait for");
        settle();
    }

    @Test
    void a_key_that_was_used_before_is_said_and_nothing_is_done_twice() {
        open();
        Scenarios once = first.as(unit -> unit.once("request 7"));
        once.createScenario("parallel");
        assertThatThrownBy(() -> once.createScenario("parallel")).hasMessageContaining("done before");
        assertThat(first.scenarios()).hasSize(1);
        settle();
    }

    @Test
    void a_result_that_cannot_be_kept_fails_its_job() throws Exception {
        ScenarioConfig large = ScenarioConfig.of(
                "large", TaskConfig.of("t", inputs -> "x".repeat(2_000_000)).writes(left));
        ScenarioConfig strange = ScenarioConfig.of(
                "strange",
                TaskConfig.of("u", inputs -> {
                            throw new IllegalStateException("nul \0 and more");
                        })
                        .writes(right));
        try (Scenarios scenarios = Scenarios.builder(daybooks.daybook(), Configuration.of(large, strange))
                .jobMode(JobMode.pool(2))
                .open()) {
            scenarios.orchestrator().start();
            Submission tooLarge = scenarios.createScenario("large").submit().await(Await.LONGEST);
            assertThat(tooLarge.status()).isEqualTo(SubmissionStatus.FAILED);
            assertThat(tooLarge.jobs().get(0).stacktrace().get(0)).contains("ValueTooLarge");
            Submission unkeepable = scenarios.createScenario("strange").submit().await(Await.LONGEST);
            assertThat(unkeepable.status()).isEqualTo(SubmissionStatus.FAILED);
        }
    }

    @Test
    void a_function_that_is_interrupted_fails_its_job_and_nothing_else() {
        ScenarioConfig interrupted = ScenarioConfig.of(
                "interrupted",
                TaskConfig.of("t", inputs -> {
                            Thread.currentThread().interrupt();
                            throw new InterruptedException("on purpose");
                        })
                        .writes(left));
        try (Scenarios scenarios = Scenarios.open(daybooks.daybook(), Configuration.of(interrupted, parallel))) {
            scenarios.orchestrator().start();
            Submission submission = scenarios.createScenario("interrupted").submit();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(submission.status()).isEqualTo(SubmissionStatus.FAILED);
            assertThat(scenarios.createScenario("parallel").submit().status()).isEqualTo(SubmissionStatus.COMPLETED);
        }
    }

    @Test
    void edits_are_checked_before_anything_is_written_and_only_so_many_are_carried() {
        open();
        DataNode node = first.createScenario("parallel").dataNode("one");
        assertThatThrownBy(() -> node.trackEdit(Map.of("timestamp", "yesterday")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2024-05-01T10:00:00Z");
        for (int i = 0; i < 30; i++) {
            node.write(i, Map.of("comment", "x".repeat(6_000)));
        }
        assertThat(node.edits()).hasSizeBetween(10, 20);
        settle();
    }

    @Test
    void stop_waits_for_the_job_that_another_thread_runs_in_development_mode() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        ScenarioConfig slow = ScenarioConfig.of(
                "slow",
                TaskConfig.of("t", inputs -> {
                            begun.countDown();
                            go.await();
                            return 1;
                        })
                        .writes(left));
        try (Scenarios scenarios = Scenarios.open(daybooks.daybook(), Configuration.of(slow))) {
            scenarios.orchestrator().start();
            Thread submitting =
                    new Thread(() -> scenarios.createScenario("slow").submit(), "submitting");
            submitting.start();
            begun.await();
            assertThat(scenarios.orchestrator().stop(Duration.ofMillis(50))).isFalse();
            go.countDown();
            submitting.join();
            assertThat(scenarios.jobs()).extracting(Job::status).containsExactly(Status.COMPLETED);
            assertThat(scenarios.orchestrator().stop(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void scenarios_whose_daybook_is_closed_first_end_quietly() {
        Daybook daybook = daybooks.daybook();
        Scenarios scenarios = Scenarios.open(daybook, Configuration.of(parallel));
        Thread follower = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("daybook-scenarios"))
                .findFirst()
                .orElseThrow();
        daybook.close();
        Await.until(() -> !follower.isAlive(), () -> "it still follows");
        scenarios.close();
    }
}
