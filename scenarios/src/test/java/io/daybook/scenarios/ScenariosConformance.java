package io.daybook.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.Daybook;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import io.daybook.history.EntityState;
import io.daybook.scenarios.config.Configuration;
import io.daybook.scenarios.config.DataNodeConfig;
import io.daybook.scenarios.config.Frequency;
import io.daybook.scenarios.config.ScenarioConfig;
import io.daybook.scenarios.config.Scope;
import io.daybook.scenarios.config.Storage;
import io.daybook.scenarios.config.TaskConfig;
import io.daybook.testkit.Await;
import io.daybook.testkit.DaybookExtension;
import io.daybook.testkit.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What scenarios promise, on both databases. */
abstract class ScenariosConformance {

    private static final Duration LONG = Await.LONGEST;

    @RegisterExtension
    final DaybookExtension daybooks =
            DaybookExtension.on(this::newDatabase).with(builder -> builder.lease(Duration.ofSeconds(2)));

    @TempDir
    Path folder;

    private final DataNodeConfig number = DataNodeConfig.of("number").defaultData(21);
    private final DataNodeConfig twice = DataNodeConfig.of("twice");
    private final DataNodeConfig more = DataNodeConfig.of("more");
    private final DataNodeConfig late = DataNodeConfig.of("late");
    private final TaskConfig doubling = TaskConfig.of("doubling", inputs -> 2 * inputs.get(0, Integer.class))
            .reads(number)
            .writes(twice);
    private final TaskConfig adding = TaskConfig.of("adding", inputs -> inputs.get("twice", Integer.class) + 10)
            .reads(twice)
            .writes(more);
    private final ScenarioConfig chain = ScenarioConfig.of("chain", doubling, adding);
    private final ScenarioConfig waiting = ScenarioConfig.of(
            "waiting", TaskConfig.of("t", inputs -> inputs.get(0)).reads(late).writes(twice));

    abstract TestDatabase newDatabase();

    private Daybook daybook() {
        return daybooks.daybook();
    }

    private Scenarios open(Daybook daybook, JobMode mode, ScenarioConfig... configs) {
        return Scenarios.builder(daybook, Configuration.of(configs))
                .jobMode(mode)
                .open();
    }

    private Scenarios started(JobMode mode, ScenarioConfig... configs) {
        Scenarios scenarios = open(daybook(), mode, configs);
        scenarios.orchestrator().start();
        return scenarios;
    }

    private Scenarios development(ScenarioConfig... configs) {
        return started(JobMode.development(), configs);
    }

    private Daybook anotherNode() {
        return daybooks.database().daybook().lease(Duration.ofSeconds(2)).open();
    }

    /** The fold of events is the state: what is known here is what the log says, of every entity. */
    static void assertFoldIsState(Daybook daybook, Scenarios scenarios) {
        for (EntityType type : World.TYPES) {
            for (Stored known : scenarios.core().world.all(type)) {
                EntityState folded = daybook.state(type.name(), known.id()).orElseThrow();
                Map<String, Value> expected = new HashMap<>(folded.attributes());
                expected.remove(Stored.DATA);
                Map<String, Value> found = new HashMap<>();
                known.attributes().forEach((name, value) -> found.put(name, Value.of(value)));
                assertThat(found).as(known.ref().toString()).isEqualTo(expected);
                assertThat(known.version()).isEqualTo(folded.version());
            }
        }
    }

    private static List<Status> statuses(Submission submission) {
        return submission.jobs().stream().map(Job::status).toList();
    }

    @Test
    void a_scenario_runs_in_the_thread_that_submits_it() throws Exception {
        try (Scenarios scenarios = development(chain)) {
            Scenario scenario = scenarios.createScenario("chain");
            assertThat(scenario.isSubmittable()).isTrue();
            assertThat(scenario.dataNode("more").data()).isEmpty();
            Submission submission = scenario.submit();
            assertThat(submission.status()).isEqualTo(SubmissionStatus.COMPLETED);
            assertThat(statuses(submission)).containsOnly(Status.COMPLETED);
            assertThat(scenario.dataNode("more").read(Integer.class)).contains(52);
            assertThat(scenario.dataNode("more").isEditInProgress()).isFalse();
            assertThat(scenario.submissions()).containsExactly(submission);
            submission.await(LONG);
            assertFoldIsState(daybook(), scenarios);
        }
    }

    @Test
    void everything_is_there_again_after_a_restart() {
        String id;
        try (Scenarios scenarios = development(chain)) {
            Scenario scenario = scenarios.createScenario("chain", "First", null);
            scenario.submit();
            id = scenario.id();
        }
        Daybook again = daybooks.reopen();
        try (Scenarios scenarios = open(again, JobMode.development(), chain)) {
            Scenario scenario = scenarios.scenario(id);
            assertThat(scenario.name()).contains("First");
            assertThat(scenario.dataNode("more").read(Integer.class)).contains(52);
            assertThat(scenarios.jobs()).hasSize(2);
            assertFoldIsState(again, scenarios);
        }
    }

    @Test
    void an_exception_in_a_batch_leaves_nothing_of_it() {
        try (Scenarios scenarios = development(chain)) {
            Scenario scenario = scenarios.createScenario("chain");
            assertThatThrownBy(() -> scenario.update(s -> {
                        s.setName("half");
                        s.dataNode("number").write(1);
                        throw new IllegalStateException("on purpose");
                    }))
                    .hasMessage("on purpose");
            assertThat(scenario.name()).isEmpty();
            assertThat(scenario.dataNode("number").read(Integer.class)).contains(21);
            assertThat(daybook().history("scenario", scenario.id()).toList()).hasSize(1);
        }
    }

    @Test
    void a_batch_is_one_unit_of_work_that_sees_what_it_did() {
        try (Scenarios scenarios = development(chain)) {
            Scenario scenario = scenarios.createScenario("chain");
            scenario.update(s -> {
                s.setProperty("budget", 10);
                s.setProperty("budget", s.property("budget").orElseThrow().as(Integer.class) + 1);
                s.dataNode("number").write(4);
                assertThat(s.dataNode("number").read(Integer.class)).contains(4);
            });
            assertThat(scenario.property("budget")).contains(Value.of(11));
            List<Event> events = daybook().history("scenario", scenario.id()).toList();
            Event written = daybook()
                    .history("data_node", scenario.dataNode("number").id())
                    .after(1)
                    .iterator()
                    .next();
            assertThat(events.subList(1, 3)).extracting(Event::transactionId).containsOnly(written.transactionId());
            assertThat(events.get(1).metadata()).containsEntry("property", Value.of("budget"));
        }
    }

    @Test
    void who_and_why_is_recorded_with_everything_that_is_done_in_that_voice() {
        try (Scenarios scenarios = development(chain)) {
            Scenario scenario =
                    scenarios.as(unit -> unit.as("kim").because("month end")).createScenario("chain");
            scenario.setName("by kim");
            scenarios.scenario(scenario.id()).setName("by nobody");
            assertThat(daybook().history("scenario", scenario.id()).stream()
                            .map(event -> event.actor().orElse("-")))
                    .containsExactly("kim", "kim", "-");
        }
    }

    @Test
    void a_job_that_waits_runs_as_soon_as_its_input_is_written_or_unlocked() {
        try (Scenarios scenarios = development(waiting)) {
            Scenario scenario = scenarios.createScenario("waiting");
            Submission submission = scenario.submit();
            assertThat(submission.status()).isEqualTo(SubmissionStatus.BLOCKED);
            assertThat(scenario.isSubmittable()).isFalse();
            scenario.dataNode("late").write(4);
            assertThat(submission.status()).isEqualTo(SubmissionStatus.COMPLETED);
            assertThat(scenario.dataNode("twice").read(Integer.class)).contains(4);

            scenario.dataNode("late").lockEdit("kim");
            Submission second = scenario.submit();
            assertThat(second.status()).isEqualTo(SubmissionStatus.BLOCKED);
            scenario.dataNode("late").unlockEdit("kim");
            assertThat(second.status()).isEqualTo(SubmissionStatus.COMPLETED);
            assertFoldIsState(daybook(), scenarios);
        }
    }

    @Test
    void one_completion_wakes_every_job_that_waited_for_it() throws Exception {
        List<TaskConfig> tasks = new ArrayList<>(List.of(doubling));
        for (int leaf = 0; leaf < 5; leaf++) {
            tasks.add(TaskConfig.of("leaf" + leaf, inputs -> inputs.get(0))
                    .reads(twice)
                    .writes(DataNodeConfig.of("out" + leaf)));
        }
        ScenarioConfig fan = ScenarioConfig.of("fan", tasks.toArray(TaskConfig[]::new));
        for (JobMode mode : List.of(JobMode.development(), JobMode.pool(2))) {
            try (Scenarios scenarios = started(mode, fan)) {
                Submission submission = scenarios.createScenario("fan").submit().await(LONG);
                assertThat(submission.status()).isEqualTo(SubmissionStatus.COMPLETED);
                assertFoldIsState(daybook(), scenarios);
            }
        }
    }

    @Test
    void a_function_that_throws_fails_its_job_and_nothing_else() throws Exception {
        TaskConfig failing = TaskConfig.of("failing", inputs -> {
                    throw new IOException("no such planet");
                })
                .reads(number)
                .writes(twice);
        ScenarioConfig broken = ScenarioConfig.of("broken", failing, adding);
        ScenarioConfig arity = ScenarioConfig.of(
                "arity", TaskConfig.of("one_for_two", inputs -> List.of(1)).writes(twice, more));
        for (JobMode mode : List.of(JobMode.development(), JobMode.pool(2))) {
            try (Scenarios scenarios = started(mode, broken, arity, chain)) {
                Submission submission =
                        scenarios.createScenario("broken").submit().await(LONG);
                assertThat(submission.status()).isEqualTo(SubmissionStatus.FAILED);
                assertThat(statuses(submission)).containsExactly(Status.FAILED, Status.ABANDONED);
                assertThat(submission.jobs().get(0).stacktrace().get(0))
                        .isEqualTo("java.io.IOException: no such planet");
                assertThat(scenarios.dataNodes()).noneMatch(DataNode::isEditInProgress);
                Submission second = scenarios.createScenario("arity").submit().await(LONG);
                assertThat(second.jobs().get(0).stacktrace().get(0))
                        .contains("a List of 2 values")
                        .contains("[1]");
                assertThat(scenarios
                                .createScenario("chain")
                                .submit()
                                .await(LONG)
                                .status())
                        .isEqualTo(SubmissionStatus.COMPLETED);
                assertFoldIsState(daybook(), scenarios);
            }
        }
    }

    @Test
    void two_nodes_share_the_jobs_and_each_runs_once() throws Exception {
        Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();
        Map<String, AtomicInteger> byNode = new ConcurrentHashMap<>();
        CyclicBarrier together = new CyclicBarrier(2);
        try (Daybook secondDaybook = anotherNode();
                Scenarios first = open(daybook(), JobMode.pool(2), counting("first", runs, byNode, together));
                Scenarios second = open(secondDaybook, JobMode.pool(2), counting("second", runs, byNode, together))) {
            first.orchestrator().start();
            second.orchestrator().start();
            List<Submission> submissions = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Scenario scenario = first.createScenario("counted");
                scenario.dataNode("number").write(i);
                submissions.add(scenario.submit());
            }
            for (Submission submission : submissions) {
                assertThat(submission.await(LONG).status()).isEqualTo(SubmissionStatus.COMPLETED);
            }
            assertThat(runs).hasSize(20);
            assertThat(runs.values()).allSatisfy(count -> assertThat(count).hasValue(1));
            assertThat(byNode).containsOnlyKeys("first", "second");
            Await.sequenced(daybook());
            second.core().catchUp();
            assertThat(second.submissions()).allMatch(Submission::isFinished);
            assertFoldIsState(secondDaybook, second);
        }
    }

    /** The first job of each node waits for that of the other. */
    private ScenarioConfig counting(
            String node, Map<String, AtomicInteger> runs, Map<String, AtomicInteger> byNode, CyclicBarrier together) {
        return ScenarioConfig.of(
                "counted",
                TaskConfig.of("count", inputs -> {
                            runs.computeIfAbsent(inputs.get(0).json(), n -> new AtomicInteger())
                                    .incrementAndGet();
                            if (byNode.computeIfAbsent(node, n -> new AtomicInteger())
                                            .incrementAndGet()
                                    == 1) {
                                together.await(20, TimeUnit.SECONDS);
                            }
                            return inputs.get(0);
                        })
                        .reads(number)
                        .writes(twice));
    }

    @Test
    void a_job_of_one_node_is_woken_by_a_write_on_another_whichever_comes_first() throws Exception {
        try (Daybook secondDaybook = anotherNode();
                Scenarios first = started(JobMode.pool(1), waiting);
                Scenarios second = open(secondDaybook, JobMode.pool(1), waiting);
                Threads threads = new Threads()) {
            for (int round = 0; round < 15; round++) {
                Scenario scenario = first.createScenario("waiting");
                String input = scenario.dataNode("late").id();
                Await.until(() -> second.find(input).isPresent(), () -> "the second node does not hear of it");
                CyclicBarrier at = new CyclicBarrier(2);
                int value = round;
                Future<?> write = threads.service.submit(() -> {
                    at.await();
                    second.dataNode(input).write(value);
                    return null;
                });
                at.await();
                Submission submission = scenario.submit();
                write.get();
                assertThat(submission.await(LONG).status()).isEqualTo(SubmissionStatus.COMPLETED);
            }
            assertFoldIsState(daybook(), first);
        }
    }

    private static final class Threads implements AutoCloseable {
        final ExecutorService service = Executors.newCachedThreadPool();

        @Override
        public void close() {
            service.shutdownNow();
        }
    }

    @Test
    void no_update_is_lost_between_threads_and_nodes() throws Exception {
        try (Daybook secondDaybook = anotherNode();
                Scenarios first = development(chain);
                Scenarios second = open(secondDaybook, JobMode.development(), chain);
                Threads threads = new Threads()) {
            String id = first.createScenario("chain").id();
            first.scenario(id).setProperty("count", 0);
            Await.until(() -> second.find(id).isPresent(), () -> "the second node does not hear of it");
            List<Future<?>> futures = new ArrayList<>();
            for (Scenarios node : List.of(first, second, first, second)) {
                futures.add(threads.service.submit(() -> {
                    for (int i = 0; i < 15; i++) {
                        node.scenario(id)
                                .update(s -> s.setProperty(
                                        "count",
                                        s.property("count").orElseThrow().as(Integer.class) + 1));
                    }
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
            Await.sequenced(daybook());
            first.core().catchUp();
            assertThat(first.scenario(id).property("count")).contains(Value.of(60));
            assertFoldIsState(daybook(), first);
        }
    }

    @Test
    void two_nodes_that_begin_a_cycle_at_once_begin_one() throws Exception {
        DataNodeConfig shared = DataNodeConfig.of("shared").scope(Scope.CYCLE).defaultData(1);
        ScenarioConfig daily = ScenarioConfig.of(
                        "daily", TaskConfig.of("t", inputs -> 1).reads(shared))
                .frequency(Frequency.DAILY);
        try (Daybook secondDaybook = anotherNode();
                Scenarios first = development(daily);
                Scenarios second = open(secondDaybook, JobMode.development(), daily);
                Threads threads = new Threads()) {
            for (int day = 1; day <= 8; day++) {
                Instant date = Instant.parse("2024-01-0%dT10:00:00Z".formatted(day));
                CyclicBarrier at = new CyclicBarrier(2);
                Future<Scenario> other = threads.service.submit(() -> {
                    at.await();
                    return second.createScenario("daily", null, date);
                });
                at.await();
                Scenario mine = first.createScenario("daily", null, date);
                String theirs = other.get().id();
                Await.until(() -> first.find(theirs).isPresent(), () -> "the first node does not hear of it");
                assertThat(first.scenario(theirs).cycle()).isEqualTo(mine.cycle());
                assertThat(mine.isPrimary()).isNotEqualTo(first.scenario(theirs).isPrimary());
            }
            assertThat(first.cycles()).hasSize(8);
            assertThat(first.dataNodes()).hasSize(8);
        }
    }

    @Test
    void cancelling_a_job_that_runs_leaves_no_unlocked_output_behind_its_back() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        TaskConfig slow = TaskConfig.of("slow", inputs -> {
                    begun.countDown();
                    go.await();
                    return 1;
                })
                .reads(number)
                .writes(twice);
        try (Scenarios scenarios = started(JobMode.pool(1), ScenarioConfig.of("slowly", slow, adding))) {
            Scenario scenario = scenarios.createScenario("slowly");
            Submission submission = scenario.submit();
            begun.await();
            Job running = submission.jobs().get(0);
            assertThatThrownBy(() -> running.await(Duration.ofMillis(20)))
                    .isInstanceOf(WaitTimeout.class)
                    .hasMessageContaining("is not finished after 20 ms. It goes on");
            running.cancel();
            assertThat(statuses(submission)).containsExactly(Status.RUNNING, Status.ABANDONED);
            assertThat(scenario.dataNode("twice").isEditInProgress()).isTrue();
            assertThat(scenario.dataNode("more").isEditInProgress()).isFalse();

            // A second one, pending behind the one that runs, is cancelled: what the first still writes stays locked.
            Submission second = scenario.submit();
            second.jobs().get(0).cancel();
            assertThat(second.status()).isEqualTo(SubmissionStatus.CANCELED);
            assertThat(scenario.dataNode("twice").isEditInProgress()).isTrue();
            go.countDown();
            assertThat(running.await(LONG).status()).isEqualTo(Status.COMPLETED);
            assertThat(scenario.dataNode("twice").isEditInProgress()).isFalse();
            assertFoldIsState(daybook(), scenarios);
        }
    }

    @Test
    void jobs_that_waited_when_everything_stopped_run_after_a_restart() throws Exception {
        String submission;
        try (Scenarios scenarios = open(daybook(), JobMode.pool(1), chain)) {
            submission = scenarios.createScenario("chain").submit().id();
            assertThat(statuses(scenarios.submission(submission))).containsExactly(Status.PENDING, Status.BLOCKED);
        }
        Daybook again = daybooks.reopen();
        try (Scenarios scenarios = started(JobMode.pool(1), chain)) {
            assertThat(scenarios.submission(submission).await(LONG).status()).isEqualTo(SubmissionStatus.COMPLETED);
            assertFoldIsState(again, scenarios);
        }
    }

    @Test
    void a_job_whose_node_is_gone_fails_or_runs_again_and_what_its_function_says_later_is_dropped() throws Exception {
        for (WhenNodeIsGone what : WhenNodeIsGone.values()) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            ScenarioConfig hanging = ScenarioConfig.of(
                    "hanging",
                    TaskConfig.of("t", inputs -> {
                                begun.countDown();
                                go.await();
                                return "from the grave";
                            })
                            .writes(twice));
            ScenarioConfig well = ScenarioConfig.of(
                    "hanging", TaskConfig.of("t", inputs -> "alive").writes(twice));
            Daybook lost = anotherNode();
            Scenarios there = open(lost, JobMode.pool(1), hanging);
            there.orchestrator().start();
            String submission = there.createScenario("hanging").submit().id();
            begun.await();
            lost.close();
            try (Scenarios here = Scenarios.builder(daybook(), Configuration.of(well))
                    .jobMode(JobMode.pool(1))
                    .whenNodeIsGone(what)
                    .open()) {
                here.orchestrator().start();
                Submission same = here.submission(submission).await(LONG);
                Job job = same.jobs().get(0);
                DataNode output = job.task().outputs().get(0);
                if (what == WhenNodeIsGone.FAIL) {
                    assertThat(job.status()).isEqualTo(Status.FAILED);
                    assertThat(job.stacktrace().get(0)).contains("is gone");
                    assertThat(output.data()).isEmpty();
                } else {
                    assertThat(job.status()).isEqualTo(Status.COMPLETED);
                    assertThat(output.read(String.class)).contains("alive");
                }
                assertThat(output.isEditInProgress()).isFalse();
                go.countDown();
                there.close();
                assertThat(output.data()).isNotEqualTo(Optional.of(Value.of("from the grave")));
                assertFoldIsState(daybook(), here);
            }
        }
    }

    @Test
    void data_is_kept_in_the_log_or_in_files_whose_paths_and_digests_are() throws IOException {
        ScenarioConfig files = ScenarioConfig.of("files")
                .additionalDataNodes(
                        DataNodeConfig.of("json").storage(Storage.json(folder)),
                        DataNodeConfig.of("csv").storage(Storage.csv(folder)),
                        DataNodeConfig.of("bytes").storage(Storage.bytes(folder)),
                        number);
        try (Scenarios scenarios = development(files)) {
            Scenario scenario = scenarios.createScenario("files");
            DataNode list = scenario.dataNode("json");
            list.write(List.of(1, 2));
            list.append(List.of(3));
            list.append(4);
            assertThat(list.data()).contains(Value.of(List.of(1, 2, 3, 4)));

            DataNode table = scenario.dataNode("csv");
            table.write(List.of(Map.of("month", "2024-01", "sales", 3)));
            table.append(Map.of("month", "2024-02, late \"1\"", "sales", 4));
            assertThat(table.data().orElseThrow().elements())
                    .containsExactly(
                            Value.of(Map.of("month", "2024-01", "sales", "3")),
                            Value.of(Map.of("month", "2024-02, late \"1\"", "sales", "4")));

            DataNode blob = scenario.dataNode("bytes");
            blob.write(new byte[] {1, 2, 3});
            assertThat(blob.read(byte[].class)).contains(new byte[] {1, 2, 3});
            assertThatThrownBy(() -> blob.append(new byte[] {4})).isInstanceOf(NotAppendable.class);
            assertThatThrownBy(() -> scenario.dataNode("number").append(4)).isInstanceOf(NotAppendable.class);

            Event written = daybook().history("data_node", blob.id()).stream()
                    .filter(event -> event.attributeName().equals(Optional.of("data")))
                    .findFirst()
                    .orElseThrow();
            Map<String, Value> said = written.attributeValue().orElseThrow().members();
            assertThat(said.keySet()).containsExactlyInAnyOrder("path", "bytes", "sha256");
            Path file = Path.of(said.get("path").as(String.class));
            Files.write(file, new byte[] {9});
            assertThatThrownBy(blob::data)
                    .isInstanceOf(DataLost.class)
                    .hasMessageContaining("has other bytes than were written");
            Files.delete(file);
            assertThatThrownBy(blob::data).isInstanceOf(DataLost.class);
            try (Stream<Path> left = Files.walk(folder)) {
                assertThat(left.filter(path -> path.toString().endsWith(".part")))
                        .isEmpty();
            }
        }
    }

    @Test
    void a_skippable_task_is_skipped_while_nothing_it_reads_is_newer() {
        ScenarioConfig skipping = ScenarioConfig.of("skipping", doubling.skippable(true), adding.skippable(true));
        try (Scenarios scenarios = development(skipping)) {
            Scenario scenario = scenarios.createScenario("skipping");
            assertThat(statuses(scenario.submit())).containsOnly(Status.COMPLETED);
            assertThat(statuses(scenario.submit())).containsOnly(Status.SKIPPED);
            assertThat(statuses(scenario.submit(true, Map.of()))).containsOnly(Status.COMPLETED);
            scenario.dataNode("number").write(1);
            assertThat(statuses(scenario.submit())).containsOnly(Status.COMPLETED);
            assertThat(scenario.dataNode("more").read(Integer.class)).contains(12);
            assertFoldIsState(daybook(), scenarios);
        }
    }

    @Test
    void subscribers_hear_of_jobs_after_the_fact_and_one_that_throws_changes_nothing() {
        List<String> heard = new ArrayList<>();
        try (Scenarios scenarios = development(chain)) {
            scenarios.callback("listen", (submitted, job, parameters) -> {
                heard.add(parameters.get(0).as(String.class) + " " + job.task().configId());
                throw new IllegalStateException("on purpose");
            });
            Scenario scenario = scenarios.createScenario("chain");
            scenario.subscribe("listen", "a");
            assertThat(scenario.subscribers()).containsExactly(new Subscription("listen", List.of(Value.of("a"))));
            assertThat(scenario.submit().status()).isEqualTo(SubmissionStatus.COMPLETED);
            assertThat(heard).contains("a doubling", "a adding");
            scenario.unsubscribe("listen", "a");
            assertThatThrownBy(() -> scenario.unsubscribeAny("listen")).isInstanceOf(NotSubscribed.class);
        }
    }

    @Test
    void a_deleted_scenario_takes_with_it_what_was_only_its_own_one_event_each() {
        DataNodeConfig global = DataNodeConfig.of("global").scope(Scope.GLOBAL).defaultData(1);
        ScenarioConfig both = ScenarioConfig.of("both", doubling, adding)
                .additionalDataNodes(global)
                .sequence("s", doubling);
        try (Scenarios scenarios = development(both)) {
            Scenario scenario = scenarios.createScenario("both");
            scenario.submit();
            scenario.sequence("s").submit();
            Scenario other = scenarios.createScenario("both");
            Await.sequenced(daybook());
            long before = daybook().head();
            scenarios.delete(scenario.id());
            assertThat(scenario.exists()).isFalse();
            assertThatThrownBy(scenario::name).isInstanceOf(ModelNotFound.class);
            assertThat(scenarios.scenarios()).containsExactly(other);
            assertThat(scenarios.dataNodes()).hasSize(4);
            assertThat(scenarios.jobs()).isEmpty();
            assertThat(scenarios.submissions()).isEmpty();
            // The scenario, its sequence, two tasks, three jobs, three data nodes, two submissions.
            assertThat(Await.sequenced(daybook()) - before).isEqualTo(12);
            assertThat(daybook().history("scenario", scenario.id()).stream().map(Event::operation))
                    .endsWith(Operation.DELETION);
            assertFoldIsState(daybook(), scenarios);
        }
    }
}
