package io.daybook.scenarios.react;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.daybook.Daybook;
import io.daybook.consumers.FailurePolicy;
import io.daybook.event.Change;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.InvalidEventOperation;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import io.daybook.notifier.Notifier;
import io.daybook.notifier.Registration;
import io.daybook.notifier.RegistrationClosed;
import io.daybook.notifier.Start;
import io.daybook.scenarios.DataNode;
import io.daybook.scenarios.Entity;
import io.daybook.scenarios.Job;
import io.daybook.scenarios.Scenario;
import io.daybook.scenarios.Scenarios;
import io.daybook.scenarios.Status;
import io.daybook.scenarios.Submission;
import io.daybook.scenarios.SubmissionStatus;
import io.daybook.scenarios.Submittable;
import io.daybook.scenarios.config.Configuration;
import io.daybook.scenarios.config.DataNodeConfig;
import io.daybook.scenarios.config.Frequency;
import io.daybook.scenarios.config.ScenarioConfig;
import io.daybook.scenarios.config.Storage;
import io.daybook.scenarios.config.TaskConfig;
import io.daybook.testkit.Await;
import io.daybook.testkit.DaybookExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class EventProcessorTest {

    private static final DataNodeConfig INP = DataNodeConfig.of("inp").defaultData(21);
    private static final DataNodeConfig OUTP = DataNodeConfig.of("outp");
    private static final DataNodeConfig LAST = DataNodeConfig.of("outp_last");
    private static final TaskConfig DOUBLE = TaskConfig.of("double", in -> in.get("inp", Integer.class) * 2)
            .reads(INP)
            .writes(OUTP);
    private static final TaskConfig DOUBLE_MORE = TaskConfig.of("double_more", in -> in.get("outp", Integer.class) * 2)
            .reads(OUTP)
            .writes(LAST);
    private static final TaskConfig BAD = TaskConfig.of("bad", in -> {
                throw new IllegalStateException("bad");
            })
            .reads(INP);

    private static final FailurePolicy.Retry THREE_TIMES =
            FailurePolicy.retry(3).backOff(Duration.ofMillis(1), Duration.ofMillis(2));

    @RegisterExtension
    final DaybookExtension daybooks = DaybookExtension.h2();

    @TempDir
    private Path folder;

    private Scenarios scenarios;
    private final List<String> calls = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() {
        scenarios = Scenarios.open(daybooks.daybook(), configuration());
        scenarios.orchestrator().start();
    }

    @AfterEach
    void close() {
        scenarios.close();
    }

    private Configuration configuration() {
        return Configuration.of(
                ScenarioConfig.of("sc", DOUBLE).sequence("seq", DOUBLE),
                ScenarioConfig.of("sc_other", DOUBLE),
                ScenarioConfig.of("failing", BAD),
                ScenarioConfig.of("chain", DOUBLE, DOUBLE_MORE),
                ScenarioConfig.of("daily", DOUBLE).frequency(Frequency.DAILY),
                ScenarioConfig.of("filed")
                        .additionalDataNodes(DataNodeConfig.of("file").storage(Storage.json(folder))));
    }

    private void reopen() {
        scenarios.close();
        daybooks.reopen();
        open();
    }

    private Daybook daybook() {
        return daybooks.daybook();
    }

    private void caughtUp(EventProcessor... processors) {
        for (EventProcessor processor : processors) {
            Await.caughtUp(daybook(), processor.registration());
        }
    }

    /** Submits it; the thread that follows other processes may be faster at running the jobs. */
    private static Submission run(Submittable what) {
        Submission submission = what.submit();
        Await.until(submission::isFinished, () -> submission + " is not finished");
        return submission;
    }

    private List<String> takeCalls() {
        List<String> taken = List.copyOf(calls);
        calls.clear();
        return taken;
    }

    // --- which callbacks are called ----------------------------------------------------------------------------------

    @Test
    void configuration_ids_fit_exactly() {
        try (EventProcessor processor = EventProcessor.of(scenarios)
                .onScenarioCreated((event, scenario) -> calls.add("created " + scenario.configId()), "sc")
                .onScenarioDeleted((event, id) -> calls.add("deleted " + id), "sc")
                .onDataNodeCreated((event, node) -> calls.add("node " + node.configId()), "outp")
                .onDataNodeDeleted((event, id) -> calls.add("deleted " + id), "outp", "nothing")
                .start()) {
            Scenario sc = scenarios.createScenario("sc");
            Scenario other = scenarios.createScenario("sc_other");
            Scenario chain = scenarios.createScenario("chain");
            String node = sc.dataNode("outp").id();
            caughtUp(processor);
            assertThat(takeCalls()).containsExactly("node outp", "created sc", "node outp", "node outp");

            chain.dataNode("outp_last").update(last -> {
                for (int i = 0; i < 20; i++) {
                    last.write(i);
                }
            });
            scenarios.delete(chain.dataNode("outp_last").id());
            scenarios.delete(other.dataNode("outp").id());
            scenarios.delete(sc.dataNode("inp").id());
            caughtUp(processor);
            assertThat(takeCalls()).hasSize(1).allMatch(call -> call.startsWith("deleted DATANODE_outp_"));

            scenarios.delete(other.id());
            scenarios.delete(sc.id());
            caughtUp(processor);
            assertThat(takeCalls()).containsExactlyInAnyOrder("deleted " + sc.id(), "deleted " + node);
        }
    }

    @Test
    void one_that_has_a_long_life_behind_it_is_still_known_by_its_kind_when_it_is_deleted() {
        Scenario scenario = scenarios.createScenario("sc");
        scenarios.createScenario("sc_other");
        // Events without a kind, of somebody who speaks to the daybook itself.
        for (int i = 0; i < 10; i++) {
            int value = i;
            daybook()
                    .transact(tx ->
                            tx.append(Change.update("scenario", scenario.id()).attribute("told_elsewhere", value)));
        }
        try (EventProcessor processor = EventProcessor.of(scenarios)
                .onScenarioDeleted((event, id) -> calls.add(id), "sc")
                .start()) {
            scenarios.delete(scenario.id());
            caughtUp(processor);
            assertThat(calls).containsExactly(scenario.id());
        }
    }

    @Test
    void without_configuration_ids_every_kind_fits() {
        try (EventProcessor processor = EventProcessor.of(scenarios)
                .onScenarioCreated((event, scenario) -> calls.add("created " + scenario.configId()))
                .onScenarioDeleted((event, id) -> calls.add("deleted " + id))
                .onDataNodeDeleted((event, id) -> calls.add("deleted node"))
                .start()) {
            scenarios.createScenario("sc");
            Scenario other = scenarios.createScenario("sc_other");
            scenarios.delete(other.id());
            caughtUp(processor);
            // It is gone when its creation is told, unless that was faster than its deletion.
            assertThat(takeCalls())
                    .contains("created sc", "deleted " + other.id(), "deleted node")
                    .isSubsetOf("created sc", "created sc_other", "deleted " + other.id(), "deleted node");
        }
    }

    @Test
    void jobs_are_finished_when_they_are_completed_failed_cancelled_or_abandoned() {
        try (EventProcessor processor = EventProcessor.of(scenarios)
                .onJobFinished(
                        (event, job) -> calls.add("finished " + job.task().configId() + " " + job.status()))
                .onJobFinished((event, job) -> calls.add("double"), "double")
                .onJobFailed(
                        (event, job) -> calls.add("failed " + job.stacktrace().get(0)))
                .onJobFailed((event, job) -> calls.add("double failed"), "double")
                .start()) {
            run(scenarios.createScenario("sc"));
            caughtUp(processor);
            assertThat(takeCalls()).containsExactly("finished double COMPLETED", "double");

            run(scenarios.createScenario("failing"));
            caughtUp(processor);
            assertThat(takeCalls())
                    .satisfiesExactly(
                            call -> assertThat(call).isEqualTo("finished bad FAILED"),
                            call -> assertThat(call).startsWith("failed ").contains("bad"));

            scenarios.orchestrator().stop();
            scenarios.createScenario("chain").submit().cancel();
            caughtUp(processor);
            assertThat(takeCalls())
                    .containsExactly("finished double CANCELED", "double", "finished double_more ABANDONED");
        }
    }

    @Test
    void a_skipped_job_is_finished_too() {
        Scenario scenario = scenarios.createScenario("sc");
        scenarios.orchestrator().stop();
        try (EventProcessor processor = EventProcessor.of(scenarios)
                .onJobFinished((event, job) -> calls.add(job.status().name()))
                .start()) {
            scenario.submit().jobs().get(0).become(Status.SKIPPED);
            caughtUp(processor);
            assertThat(calls).containsExactly("SKIPPED");
        }
    }

    @Test
    void submissions_are_finished_with_what_was_submitted() {
        AtomicReference<Submission> told = new AtomicReference<>();
        try (EventProcessor processor = EventProcessor.of(scenarios)
                .onSubmissionFinished((event, submitted, submission) -> {
                    told.set(submission);
                    calls.add("any " + ((Entity<?>) submitted).type() + " " + submission.status());
                })
                .onSubmissionFinished((event, submitted, submission) -> calls.add("sc or double"), "sc", "double")
                .start()) {
            Scenario scenario = scenarios.createScenario("sc");
            Submission submission = run(scenario);
            caughtUp(processor);
            assertThat(takeCalls()).containsExactly("any scenario COMPLETED", "sc or double");
            assertThat(told).hasValue(submission);

            run(scenario.task("double"));
            caughtUp(processor);
            assertThat(takeCalls()).containsExactly("any task COMPLETED", "sc or double");

            // A sequence is of no kind.
            run(scenario.sequence("seq"));
            caughtUp(processor);
            assertThat(takeCalls()).containsExactly("any sequence COMPLETED");

            run(scenarios.createScenario("failing"));
            caughtUp(processor);
            assertThat(takeCalls()).containsExactly("any scenario FAILED");

            scenarios.orchestrator().stop();
            scenario.submit().cancel();
            caughtUp(processor);
            assertThat(takeCalls()).containsExactly("any scenario CANCELED", "sc or double");
        }
    }

    @Test
    void submissions_of_which_taipy_says_nothing_are_finished_too() {
        scenarios.orchestrator().stop();
        Submission submission = scenarios.createScenario("chain").submit();
        try (EventProcessor processor = EventProcessor.of(scenarios)
                .onSubmissionFinished((event, submitted, finished) ->
                        calls.add(finished.status().name()))
                .start()) {
            submission.jobs().get(0).become(Status.RUNNING);
            submission.cancel();
            caughtUp(processor);
            assertThat(submission.status()).isEqualTo(SubmissionStatus.UNDEFINED);
            assertThat(calls).containsExactly("UNDEFINED");
        }
    }

    @Test
    void a_filter_takes_type_id_operation_attribute_and_a_condition() {
        Scenario scenario = scenarios.createScenario("sc");
        Scenario other = scenarios.createScenario("sc");
        EventFilter updates = EventFilter.of(EntityType.SCENARIO).operation(Operation.UPDATE);
        try (EventProcessor processor = EventProcessor.of(scenarios)
                .onEvent(updates.entity(scenario.id()), event -> calls.add("one"))
                .onEvent(updates.attribute("is_primary"), event -> calls.add("primary"))
                .onEvent(
                        updates.when(event -> event.actor().isPresent()).when(event -> event.version() > 0),
                        event -> calls.add("by " + event.actor().get()))
                .onEvent(
                        EventFilter.everything().type(EntityType.SCENARIO).operation(Operation.DELETION),
                        event -> calls.add("deleted"))
                .start()) {
            scenario.setName("a");
            other.setPrimary(true);
            scenarios.as("kim").scenario(other.id()).tag("x");
            scenarios.delete(scenario.id());
            caughtUp(processor);
            assertThat(calls).containsExactly("one", "primary", "by kim", "deleted");
        }
    }

    @Test
    void a_filter_on_an_attribute_alone_fits_events_that_name_none_as_in_taipy() {
        try (EventProcessor processor = EventProcessor.of(scenarios)
                .onEvent(
                        EventFilter.of(EntityType.SCENARIO).attribute("tags"),
                        event -> calls.add(event.operation().name()))
                .start()) {
            Scenario scenario = scenarios.createScenario("sc");
            scenario.tag("x");
            scenario.setName("not heard");
            scenarios.delete(scenario.id());
            caughtUp(processor);
            assertThat(calls).containsExactly("CREATION", "UPDATE", "DELETION");
        }
    }

    @Test
    void what_cannot_happen_is_refused_when_it_is_asked_for() {
        assertThatThrownBy(() -> EventFilter.of(EntityType.JOB).operation(Operation.SUBMISSION))
                .isInstanceOf(InvalidEventOperation.class);
        assertThatThrownBy(() ->
                        EventFilter.everything().operation(Operation.SUBMISSION).type(EntityType.CYCLE))
                .isInstanceOf(InvalidEventOperation.class);
        assertThatThrownBy(() -> EventFilter.of(EntityType.of("order")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not of order");
    }

    @Test
    void callbacks_of_one_event_are_called_in_the_order_in_which_they_were_added_and_each_time_it_was() {
        EventCallback twice = event -> calls.add("twice");
        EventFilter created = EventFilter.of(EntityType.SCENARIO).operation(Operation.CREATION);
        try (EventProcessor processor = EventProcessor.of(scenarios)
                .onEvent(created, event -> calls.add("first"))
                .onScenarioCreated((event, scenario) -> calls.add("second"))
                .onEvent(EventFilter.of(EntityType.SCENARIO), event -> calls.add("third"))
                .onEvent(created, twice)
                .onEvent(created, twice)
                .start()) {
            scenarios.createScenario("sc");
            caughtUp(processor);
            assertThat(calls).containsExactly("first", "second", "third", "twice", "twice");
        }
    }

    // --- what they are handed ----------------------------------------------------------------------------------------

    @Test
    void the_data_is_that_of_the_very_edit_whatever_was_written_since() {
        Scenario scenario = scenarios.createScenario("sc");
        DataNode node = scenario.dataNode("inp");
        DataNode file = scenarios.createScenario("filed").dataNode("file");
        DataNode empty = scenario.dataNode("outp");
        EventProcessor processor = EventProcessor.named(scenarios, "data")
                .onDataNodeWritten((event, written, data) -> calls.add("%s %s"
                        .formatted(written.configId(), data.map(Value::json).orElse("nothing"))))
                .start();
        processor.stop();
        node.trackEdit(Map.of("comment", "the default data"));
        node.write(1);
        node.write(2);
        node.update(both -> {
            both.write(3);
            both.write(4);
        });
        for (int i = 0; i < 5; i++) {
            node.lockEdit("kim");
            node.unlockEdit("kim");
        }
        node.trackEdit(Map.of());
        empty.trackEdit(Map.of());
        file.write(List.of(1));
        file.append(2);
        processor.start();
        caughtUp(processor);
        processor.close();
        assertThat(calls)
                .containsExactly(
                        "inp 21",
                        "inp 1",
                        "inp 2",
                        "inp 3",
                        "inp 4",
                        "inp 4",
                        "outp nothing",
                        "file [1]",
                        "file [1,2]");
    }

    @Test
    void what_is_gone_is_told_of_by_its_deletion_only() {
        EventProcessor processor = EventProcessor.named(scenarios, "gone")
                .onScenarioCreated((event, scenario) -> calls.add("created"))
                .onDataNodeCreated((event, node) -> calls.add("node"))
                .onDataNodeWritten((event, node, data) -> calls.add("written"))
                .onJobFinished((event, job) -> calls.add("job"))
                .onSubmissionFinished((event, submitted, submission) -> calls.add("submission"))
                .onScenarioDeleted((event, id) -> calls.add("deleted"), "sc")
                .onEvent(EventFilter.of(EntityType.SCENARIO).operation(Operation.CREATION), event -> calls.add("event"))
                .start();
        processor.stop();
        Scenario scenario = scenarios.createScenario("sc");
        run(scenario);
        scenarios.delete(scenario.id());
        processor.start();
        caughtUp(processor);
        processor.close();
        assertThat(calls).containsExactly("event", "deleted");
    }

    @Test
    void entities_are_never_older_than_the_event_though_another_process_made_them() {
        try (Scenarios elsewhere = Scenarios.open(daybook(), configuration());
                EventProcessor processor = EventProcessor.of(elsewhere)
                        .onScenarioCreated((event, scenario) -> calls.add("created"))
                        .onDataNodeWritten((event, node, data) -> {
                            assertThat(node.lastEditDate()).isPresent();
                            calls.add(data.orElseThrow().json());
                        })
                        .onEvent(
                                EventFilter.of(EntityType.SCENARIO)
                                        .attribute("tags")
                                        .operation(Operation.UPDATE),
                                event -> calls.add("tag"))
                        .start()) {
            for (int i = 0; i < 20; i++) {
                Scenario scenario = scenarios.createScenario("sc");
                scenario.dataNode("inp").write(i);
                caughtUp(processor);
                assertThat(takeCalls()).containsExactly("created", String.valueOf(i));
            }
        }
    }

    @Test
    void what_a_callback_does_is_recorded_as_caused_by_the_event() {
        AtomicReference<Event> cause = new AtomicReference<>();
        try (EventProcessor processor = EventProcessor.of(scenarios.as("reactor"))
                .onScenarioCreated((event, scenario) -> {
                    cause.set(event);
                    scenario.tag("seen");
                })
                .start()) {
            Scenario scenario = scenarios.createScenario("sc");
            caughtUp(processor);
            Event effect = daybook().history("scenario", scenario.id()).toList().get(1);
            assertThat(effect.attributeName()).contains("tags");
            assertThat(effect.actor()).contains("reactor");
            assertThat(effect.causationPosition()).isEqualTo(cause.get().position());
        }
    }

    // --- start and stop ----------------------------------------------------------------------------------------------

    @Test
    void one_without_a_name_hears_what_happens_between_its_starts_and_stops() {
        scenarios.createScenario("sc");
        EventProcessor processor = EventProcessor.of(scenarios)
                .onScenarioCreated(
                        (event, scenario) -> calls.add(scenario.name().orElse("")));
        assertThatThrownBy(processor::registration).isInstanceOf(IllegalStateException.class);
        assertThat(processor.isRunning()).isFalse();
        assertThat(processor.stop(Duration.ZERO)).isTrue();

        Await.sequenced(daybook());
        processor.start();
        assertThat(processor.isRunning()).isTrue();
        scenarios.createScenario("sc", "heard", null);
        caughtUp(processor);
        Registration first = processor.registration();
        assertThatThrownBy(processor::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("already");
        assertThat(processor.registration()).isSameAs(first);
        processor.stop();
        assertThat(processor.isRunning()).isFalse();
        // Nothing stays behind to be filled for ever.
        assertThatThrownBy(() -> first.poll(Duration.ZERO)).isInstanceOf(RegistrationClosed.class);

        scenarios.createScenario("sc", "not heard", null);
        Await.sequenced(daybook());
        processor.start();
        scenarios.createScenario("sc", "heard again", null);
        caughtUp(processor);
        processor.close();
        assertThat(calls).containsExactly("heard", "heard again");
    }

    @Test
    void one_with_a_name_hears_after_a_restart_what_happened_while_it_was_down() {
        EventProcessor processor = monthEnd().start();
        scenarios.createScenario("sc", "heard", null);
        caughtUp(processor);
        processor.stop();
        scenarios.createScenario("sc", "while it was stopped", null);
        processor.start();
        caughtUp(processor);
        processor.close();
        assertThat(takeCalls()).containsExactly("heard", "while it was stopped");

        scenarios.createScenario("sc", "before the end of the process", null);
        reopen();
        scenarios.createScenario("sc", "before the start of the processor", null);
        EventProcessor again = monthEnd().start();
        scenarios.createScenario("sc", "after it", null);
        caughtUp(again);
        again.close();
        assertThat(takeCalls())
                .containsExactly("before the end of the process", "before the start of the processor", "after it");
    }

    private EventProcessor monthEnd() {
        return EventProcessor.named(scenarios, "month end")
                .onScenarioCreated(
                        (event, scenario) -> calls.add(scenario.name().orElse("")), "sc");
    }

    @Test
    void one_with_a_name_begins_at_its_very_first_start_unless_told_otherwise() {
        scenarios.createScenario("sc", "before", null);
        Await.sequenced(daybook());
        try (EventProcessor fromNow = monthEnd().start()) {
            scenarios.createScenario("sc", "after", null);
            caughtUp(fromNow);
            assertThat(takeCalls()).containsExactly("after");
        }
        try (EventProcessor fromTheBeginning = EventProcessor.named(scenarios, "all", Start.beginning())
                .onScenarioCreated(
                        (event, scenario) -> calls.add(scenario.name().orElse("")))
                .start()) {
            caughtUp(fromTheBeginning);
            assertThat(takeCalls()).containsExactly("before", "after");
        }
    }

    @Test
    void another_release_with_other_callbacks_goes_on_where_the_one_before_was() {
        EventProcessor before = monthEnd().start();
        before.stop();
        scenarios.createScenario("daily");
        EventProcessor after = EventProcessor.named(scenarios, "month end")
                .onEvent(EventFilter.of(EntityType.CYCLE), event -> calls.add("cycle"))
                .start();
        caughtUp(after);
        after.close();
        assertThat(calls).containsExactly("cycle");
    }

    @Test
    void callbacks_that_are_added_after_the_start_are_called_whatever_they_are_for() {
        try (EventProcessor processor = EventProcessor.of(scenarios)
                .onEvent(EventFilter.of(EntityType.JOB).attribute("status"), event -> {})
                .start()) {
            processor
                    .onEvent(EventFilter.of(EntityType.CYCLE), event -> calls.add("cycle"))
                    .onEvent(
                            EventFilter.of(EntityType.JOB).operation(Operation.CREATION),
                            event -> calls.add("job creation"));
            run(scenarios.createScenario("daily"));
            caughtUp(processor);
            assertThat(calls).containsExactly("cycle", "job creation");
        }
    }

    @Test
    void a_callback_may_stop_its_processor_and_ask_it_things() {
        for (boolean named : List.of(true, false)) {
            EventProcessor processor =
                    named ? EventProcessor.named(scenarios, "stopped from within") : EventProcessor.of(scenarios);
            processor
                    .onScenarioCreated((event, scenario) -> {
                        calls.add("called " + processor.isRunning() + processor.stop(Duration.ofSeconds(1)));
                    })
                    .start();
            scenarios.createScenario("sc");
            Await.until(() -> !processor.isRunning(), () -> "the processor runs still");
            assertThat(takeCalls()).containsExactly("called truefalse");
            processor.start();
            scenarios.createScenario("sc");
            Await.until(() -> !processor.isRunning(), () -> "the processor runs still");
            assertThat(takeCalls()).containsExactly("called truefalse");
        }
    }

    // --- callbacks that throw ----------------------------------------------------------------------------------------

    @Test
    void one_that_throws_is_called_again_and_the_others_are_not() {
        AtomicInteger failures = new AtomicInteger();
        try (EventProcessor processor = EventProcessor.of(scenarios)
                .failurePolicy(THREE_TIMES.thenSkip())
                .onScenarioCreated((event, scenario) -> calls.add("before"))
                .onScenarioCreated((event, scenario) -> {
                    if (failures.incrementAndGet() < 3) {
                        throw new Exception("not yet");
                    }
                    calls.add("at last");
                })
                .onScenarioCreated((event, scenario) -> calls.add("behind"))
                .start()) {
            scenarios.createScenario("sc");
            scenarios.createScenario("sc");
            caughtUp(processor);
            assertThat(calls).containsExactly("before", "behind", "at last", "before", "at last", "behind");
        }
    }

    @Test
    void the_processor_goes_on_without_an_event_that_is_to_be_skipped() {
        AtomicInteger tries = new AtomicInteger();
        AtomicBoolean bad = new AtomicBoolean(true);
        try (EventProcessor processor = EventProcessor.of(scenarios)
                .failurePolicy(THREE_TIMES.thenSkip())
                .onScenarioCreated((event, scenario) -> {
                    tries.incrementAndGet();
                    if (bad.getAndSet(!scenario.configId().equals("sc_other"))) {
                        throw new StackOverflowError("deep");
                    }
                })
                .onScenarioCreated((event, scenario) -> calls.add(scenario.configId()))
                .onEvent(
                        EventFilter.of(EntityType.SCENARIO).when(event -> {
                            throw new IllegalStateException("a condition that throws");
                        }),
                        event -> calls.add("never"))
                .start()) {
            scenarios.createScenario("sc");
            scenarios.createScenario("sc_other");
            caughtUp(processor);
            assertThat(calls).containsExactly("sc", "sc_other");
            assertThat(tries).hasValueGreaterThanOrEqualTo(3);
            assertThat(processor.isRunning()).isTrue();
        }
    }

    @Test
    void an_event_can_be_parked_and_others_go_on() {
        AtomicBoolean broken = new AtomicBoolean(true);
        try (EventProcessor processor = EventProcessor.named(scenarios, "parks")
                .failurePolicy(THREE_TIMES.thenPark())
                .onScenarioCreated((event, scenario) -> {
                    if (broken.get() && scenario.configId().equals("sc")) {
                        throw new IllegalStateException("broken");
                    }
                    calls.add("broken " + scenario.configId());
                })
                .onScenarioCreated((event, scenario) -> calls.add("whole " + scenario.configId()))
                .start()) {
            scenarios.createScenario("sc");
            scenarios.createScenario("sc_other");
            caughtUp(processor);
            assertThat(takeCalls()).containsExactly("whole sc", "broken sc_other", "whole sc_other");
            assertThat(known("parks").parked()).isEqualTo(1);

            broken.set(false);
            daybook().notifier().control("parks").retryParked();
            Await.until(() -> known("parks").parked() == 0, () -> "it is parked still");
            assertThat(takeCalls()).containsExactly("broken sc");
        }
    }

    @Test
    void a_processor_can_be_made_to_stop_at_an_event_until_somebody_has_looked() {
        AtomicBoolean broken = new AtomicBoolean(true);
        try (EventProcessor processor = EventProcessor.named(scenarios, "stops")
                .failurePolicy(THREE_TIMES.thenStop())
                .onScenarioCreated((event, scenario) -> calls.add("whole"))
                .onScenarioCreated((event, scenario) -> {
                    if (broken.get()) {
                        throw new IllegalStateException("broken");
                    }
                    calls.add("mended");
                })
                .start()) {
            scenarios.createScenario("sc");
            Await.until(() -> known("stops").paused().isPresent(), () -> "it is not paused");
            assertThat(takeCalls()).containsExactly("whole");
            broken.set(false);
            daybook().notifier().control("stops").resume();
            caughtUp(processor);
            assertThat(takeCalls()).containsExactly("mended");
        }
    }

    private Notifier.Known known(String name) {
        return daybook().notifier().known().stream()
                .filter(registration -> registration.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void only_one_with_a_name_has_something_to_park_or_stop() {
        EventProcessor processor = EventProcessor.of(scenarios);
        assertThatThrownBy(() -> processor.failurePolicy(THREE_TIMES.thenPark()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Give it a name");
        assertThatThrownBy(() -> processor.failurePolicy(THREE_TIMES.thenStop()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // --- broadcasts --------------------------------------------------------------------------------------------------

    @Test
    void a_broadcast_without_anywhere_to_go_is_refused_when_it_is_asked_for() {
        EventProcessor processor = EventProcessor.of(scenarios);
        assertThatThrownBy(() -> processor.broadcastOnScenarioCreated("news"))
                .isInstanceOf(NoBroadcaster.class)
                .hasMessageContaining("\"news\"");
        assertThatThrownBy(() -> processor.broadcastOnEvent("news", EventFilter.everything()))
                .isInstanceOf(NoBroadcaster.class);
    }

    @Test
    void broadcasts_say_what_callbacks_are_told() {
        List<Broadcast> heard = new CopyOnWriteArrayList<>();
        try (EventProcessor processor = EventProcessor.of(scenarios)
                .broadcaster(heard::add)
                .broadcastOnEvent("cycle", EventFilter.of(EntityType.CYCLE))
                .broadcastOnScenarioCreated("created", "daily")
                .broadcastOnScenarioDeleted("deleted", "daily")
                .broadcastOnDataNodeCreated("node", "inp")
                .broadcastOnDataNodeWritten("written", "outp")
                .broadcastOnDataNodeDeleted("node deleted", "inp")
                .broadcastOnJobFinished("finished", "double")
                .broadcastOnJobFailed("failed", "bad")
                .broadcastOnSubmissionFinished("submission")
                .start()) {
            Scenario daily = scenarios.createScenario("daily");
            DataNode inp = daily.dataNode("inp");
            caughtUp(processor);
            Submission submission = run(daily);
            Job job = submission.jobs().get(0);
            DataNode outp = daily.dataNode("outp");
            caughtUp(processor);
            assertThat(heard)
                    .extracting(
                            Broadcast::what,
                            Broadcast::entities,
                            broadcast -> broadcast.data().map(Value::json))
                    .containsExactly(
                            tuple("cycle", List.of(), Optional.empty()),
                            tuple("node", List.of(inp), Optional.empty()),
                            tuple("created", List.of(daily), Optional.empty()),
                            tuple("written", List.of(outp), Optional.of("42")),
                            tuple("finished", List.of(job), Optional.empty()),
                            tuple("submission", List.of(daily, submission), Optional.empty()));
            heard.clear();

            run(scenarios.createScenario("failing"));
            caughtUp(processor);
            assertThat(heard).extracting(Broadcast::what).containsExactly("node", "failed", "submission");
            heard.clear();

            scenarios.delete(daily.id());
            caughtUp(processor);
            assertThat(heard).extracting(Broadcast::what).containsExactlyInAnyOrder("cycle", "deleted", "node deleted");
            assertThat(heard).allMatch(broadcast -> broadcast.entities().isEmpty());
        }
    }

    @Test
    void a_listener_that_blocks_or_throws_delays_nobody() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        List<String> slow = new CopyOnWriteArrayList<>();
        List<String> quick = new CopyOnWriteArrayList<>();
        AtomicInteger thrown = new AtomicInteger();
        try (Listeners listeners = new Listeners(3);
                EventProcessor processor = EventProcessor.of(scenarios)
                        .broadcaster(listeners)
                        .broadcastOnScenarioCreated("created")
                        .start()) {
            listeners.connect(new Listener() {
                @Override
                public void hear(Broadcast broadcast) throws InterruptedException {
                    slow.add(name(broadcast));
                    blocked.countDown();
                    release.await();
                }

                @Override
                public void missed(long count) {
                    slow.add("missed " + count);
                }
            });
            listeners.connect(broadcast -> {
                thrown.incrementAndGet();
                throw new IllegalStateException("a listener that throws");
            });
            listeners.connect(broadcast -> quick.add(name(broadcast)));
            assertThat(listeners.size()).isEqualTo(3);

            for (int i = 0; i < 10; i++) {
                scenarios.createScenario("sc", "s" + i, null);
                int count = i + 1;
                Await.until(() -> quick.size() == count, () -> "the quick one heard " + quick);
                Await.until(() -> thrown.get() == count, () -> "the one that throws heard " + thrown);
                assertThat(blocked.await(30, TimeUnit.SECONDS)).isTrue();
            }
            caughtUp(processor);
            assertThat(slow).containsExactly("s0");

            release.countDown();
            Await.until(() -> slow.contains("s9"), () -> "the slow one heard " + slow);
            assertThat(slow).containsExactly("s0", "missed 6", "s7", "s8", "s9");
        }
    }

    @Test
    void what_is_said_of_a_failure_is_not_logged_where_it_may_quote_what_is_sensitive() throws Exception {
        String canary = "canary-7f3a";
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger("io.daybook.scenarios");
        logger.setLevel(Level.INFO);
        logger.addAppender(log);
        daybook().sensitive().declare("scenario", "name");
        daybook().sensitive().declare("data_node", "data");
        scenarios.callback("listen", (submitted, job, parameters) -> {
            throw new IllegalStateException(canary);
        });
        try (Listeners listeners = new Listeners();
                EventProcessor processor = EventProcessor.of(scenarios)
                        .broadcaster(listeners)
                        .broadcastOnScenarioCreated("created")
                        .start()) {
            listeners.connect(broadcast -> {
                throw new IllegalStateException("a listener", new IllegalArgumentException(canary));
            });
            Scenario scenario = scenarios.createScenario("failing");
            scenario.subscribe("listen");
            scenario.submit().await(Await.LONGEST);
            for (String said : List.of("It is told the next", "Subscriber listen", "Job of task")) {
                Await.until(
                        () -> log.list.stream()
                                .anyMatch(event -> event.getFormattedMessage().contains(said)),
                        () -> said + " was not logged: " + log.list);
            }
            caughtUp(processor);
        } finally {
            logger.detachAppender(log);
            logger.setLevel(null);
        }
        assertThat(log.list).isNotEmpty().allSatisfy(event -> {
            assertThat(event.getFormattedMessage()).doesNotContain("IllegalStateException: bad");
            if (event.getThrowableProxy() != null) {
                assertThat(ThrowableProxyUtil.asString(event.getThrowableProxy()))
                        .contains("its message is not shown")
                        .doesNotContain(canary);
            }
        });
    }

    private static String name(Broadcast broadcast) {
        return ((Scenario) broadcast.entities().get(0)).name().orElse("");
    }

    @Test
    void a_listener_hears_until_its_connection_is_closed() {
        List<String> first = new CopyOnWriteArrayList<>();
        List<String> second = new CopyOnWriteArrayList<>();
        Listeners listeners = new Listeners();
        try (EventProcessor processor = EventProcessor.of(scenarios)
                .broadcaster(listeners)
                .broadcastOnScenarioCreated("created")
                .start()) {
            Listeners.Connection connection = listeners.connect(broadcast -> first.add(name(broadcast)));
            listeners.connect(broadcast -> second.add(name(broadcast)));
            scenarios.createScenario("sc", "both", null);
            Await.until(() -> first.size() == 1 && second.size() == 1, () -> first + " " + second);
            connection.close();
            connection.close();
            scenarios.createScenario("sc", "one", null);
            Await.until(() -> second.size() == 2, () -> "heard " + second);
            caughtUp(processor);
            assertThat(first).containsExactly("both");
            listeners.close();
            assertThat(listeners.size()).isZero();
        }
        assertThatThrownBy(() -> new Listeners(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
