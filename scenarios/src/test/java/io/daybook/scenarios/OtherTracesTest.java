package io.daybook.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.Daybook;
import io.daybook.consumers.EventConsumer;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.event.Value;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import io.daybook.notifier.Registration;
import io.daybook.scenarios.config.Configuration;
import io.daybook.scenarios.config.DataNodeConfig;
import io.daybook.scenarios.config.Frequency;
import io.daybook.scenarios.config.ScenarioConfig;
import io.daybook.scenarios.config.TaskConfig;
import io.daybook.testkit.Await;
import io.daybook.testkit.DaybookExtension;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The recorded traces that are no scripts: o (consumers), p (jobs elsewhere), s (restart), t (state and events); r and u have tests of their own. */
class OtherTracesTest {

    @RegisterExtension
    final DaybookExtension daybooks = DaybookExtension.h2();

    private final DataNodeConfig input = DataNodeConfig.of("inp").defaultData(21);
    private final DataNodeConfig middle = DataNodeConfig.of("mid");
    private final DataNodeConfig output = DataNodeConfig.of("outp");
    private final ScenarioConfig chain = ScenarioConfig.of(
                    "sc",
                    TaskConfig.of("double", inputs -> 2 * inputs.get(0, Integer.class))
                            .reads(input)
                            .writes(middle),
                    TaskConfig.of("plus", inputs -> inputs.get(0, Integer.class) + 10)
                            .reads(middle)
                            .writes(output))
            .frequency(Frequency.DAILY);

    private Daybook daybook() {
        return daybooks.daybook();
    }

    private Scenarios open(JobMode mode) {
        return Scenarios.builder(daybook(), Configuration.of(chain))
                .jobMode(mode)
                .open();
    }

    // --- trace o -----------------------------------------------------------------------------------------------------

    /** A consumer that keeps what it hears, and throws at "boom" as long as it is told to. */
    private static final class Keeping extends EventConsumer {
        final List<String> heard = new CopyOnWriteArrayList<>();
        volatile boolean failing = true;

        Keeping(Registration registration) {
            super(registration);
        }

        @Override
        protected void processEvent(Event event) {
            heard.add(event.entityId());
            if (failing && event.entityId().equals("boom")) {
                throw new IllegalStateException("on purpose");
            }
        }
    }

    private void tell(String... ids) {
        for (String id : ids) {
            daybook().transact(tx -> tx.create("thing", id));
        }
    }

    @Test
    void trace_o_what_comes_between_register_and_start_is_delivered_in_order_and_a_stopped_consumer_starts_again() {
        Registration registration = daybook().notifier().register(Topic.of("thing"));
        tell("a", "b");
        Keeping consumer = new Keeping(registration);
        consumer.start();
        Await.until(() -> consumer.heard.size() == 2, () -> "heard " + consumer.heard);
        consumer.stop();
        assertThat(consumer.isRunning()).isFalse();
        tell("after-stop");
        // Taipy: RuntimeError, threads can only be started once.
        consumer.start();
        Await.until(() -> consumer.heard.size() == 3, () -> "heard " + consumer.heard);
        assertThat(consumer.heard).containsExactly("a", "b", "after-stop");
        consumer.stop();
        daybook().notifier().unregister(registration.id());
    }

    @Test
    void trace_o_a_consumer_that_raises_goes_on_and_its_event_comes_again() {
        Registration registration = daybook().notifier().register(Topic.of("thing"));
        try (Keeping consumer = new Keeping(registration)) {
            consumer.start();
            tell("a", "boom", "b", "c");
            Await.until(() -> consumer.heard.size() >= 4, () -> "heard " + consumer.heard);
            assertThat(consumer.heard).doesNotContain("b", "c");
            assertThat(consumer.isRunning()).isTrue();
            consumer.failing = false;
            Await.until(() -> consumer.heard.contains("c"), () -> "heard " + consumer.heard);
            assertThat(new ArrayList<>(new java.util.LinkedHashSet<>(consumer.heard)))
                    .containsExactly("a", "boom", "b", "c");
        }
    }

    // --- trace p -----------------------------------------------------------------------------------------------------

    /** What Taipy never tells. */
    private static final Set<String> SILENT = Set.of("data", "node");

    @Test
    void trace_p_jobs_of_a_pool_tell_the_same_in_the_same_order() throws Exception {
        List<String> expected = new ArrayList<>();
        for (Value event :
                resource("p-standalone-submit.json").members().get("events").elements()) {
            Map<String, Value> members = event.members();
            expected.add(line(
                    text(members, "entity_type").toLowerCase(Locale.ROOT),
                    text(members, "operation"),
                    text(members, "attribute_name")));
        }
        try (Scenarios scenarios = open(JobMode.pool(1))) {
            Scenario scenario = scenarios.createScenario("sc");
            LedgerPoint before = here();
            scenarios.orchestrator().start();
            scenario.submit().await(Duration.ofSeconds(30));
            List<String> found = new ArrayList<>();
            for (Event event : since(before)) {
                if (!SILENT.contains(event.attributeName().orElse(""))) {
                    found.add(line(
                            event.entityType().name(),
                            event.operation().name(),
                            event.attributeName().orElse("null")));
                }
            }
            // The act of submitting races with the jobs there; that inputs are locked or written is told from a cache.
            for (List<String> lines : List.of(expected, found)) {
                lines.removeIf(line -> line.contains("is_submittable"));
                assertThat(lines.remove("scenario SUBMISSION null")).isTrue();
            }
            assertThat(found).isEqualTo(expected);
        }
    }

    private static String line(String type, String operation, String attribute) {
        return type + " " + operation + " " + attribute;
    }

    private static String text(Map<String, Value> members, String name) {
        Value value = Objects.requireNonNull(members.get(name));
        return value.isNull() ? "null" : value.as(String.class);
    }

    private Value resource(String name) throws IOException {
        try (InputStream stream = getClass().getResourceAsStream("/taipy/" + name)) {
            return Value.ofJson(new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private LedgerPoint here() {
        Await.sequenced(daybook());
        return daybook().headPoint();
    }

    private List<Event> since(LedgerPoint before) {
        Await.sequenced(daybook());
        return daybook().ledger().after(before, 1_000, "a test").stream()
                .map(LedgerEntry::event)
                .toList();
    }

    // --- trace s -----------------------------------------------------------------------------------------------------

    @Test
    void trace_s_after_a_restart_everything_is_there_and_what_waited_runs() {
        String id;
        try (Scenarios first = open(JobMode.development())) {
            Scenario scenario = first.createScenario("sc");
            Submission submission = scenario.submit();
            assertThat(submission.status()).isEqualTo(SubmissionStatus.PENDING);
            id = submission.id();
        }
        daybooks.reopen();
        try (Scenarios second = open(JobMode.development())) {
            Submission submission = second.submission(id);
            assertThat(submission.jobs()).extracting(Job::status).containsExactly(Status.PENDING, Status.BLOCKED);
            assertThat(second.dataNodes().stream()
                            .filter(DataNode::isEditInProgress)
                            .map(DataNode::configId))
                    .containsExactlyInAnyOrder("mid", "outp");
            LedgerPoint before = here();
            // Taipy deletes everything here in development mode, and in the others never runs them: outputs stay locked
            // for ever.
            second.orchestrator().start();
            assertThat(submission.status()).isEqualTo(SubmissionStatus.COMPLETED);
            assertThat(second.scenarios().get(0).dataNode("outp").read(Integer.class))
                    .contains(52);
            assertThat(second.dataNodes()).noneMatch(DataNode::isEditInProgress);
            assertThat(since(before)).extracting(Event::operation).containsOnly(Operation.UPDATE);
        }
    }

    // --- trace t -----------------------------------------------------------------------------------------------------

    @Test
    void trace_t_the_events_reproduce_the_state_in_every_case_in_which_they_do_not_in_taipy() {
        try (Scenarios scenarios = open(JobMode.development())) {
            // Nested blocks on one object: x lost its event, y had two.
            Scenario nested = scenarios.createScenario("sc");
            LedgerPoint before = here();
            nested.update(s -> {
                s.setProperty("x", 1);
                s.update(t -> t.setProperty("y", 2));
                s.setProperty("z", 3);
            });
            assertThat(since(before))
                    .extracting(event -> event.metadata().get("property"))
                    .containsExactly(Value.of("x"), Value.of("y"), Value.of("z"));
            check(scenarios, nested, Map.of("x", 1, "y", 2, "z", 3));

            // Two objects of one scenario, one in a block; two blocks on two objects: the older object was stored over
            // the newer.
            Scenario twice = scenarios.createScenario("sc");
            Scenario same = scenarios.scenario(twice.id());
            twice.update(a -> {
                a.setProperty("p", 1);
                same.setProperty("q", 2);
            });
            check(scenarios, twice, Map.of("p", 1, "q", 2));
            twice.update(a -> same.update(b -> {
                a.setProperty("m", 1);
                b.setProperty("n", 2);
            }));
            check(scenarios, twice, Map.of("p", 1, "q", 2, "m", 1, "n", 2));

            // Tags set, then one added, in a block: it began with the stored ones.
            Scenario tagged = scenarios.createScenario("sc");
            tagged.update(s -> {
                s.setTags(List.of("k"));
                s.tag("l");
            });
            assertThat(tagged.tags()).containsExactly("k", "l");

            // Properties kept while the name was changed through another object.
            Scenario named = scenarios.createScenario("sc");
            Map<String, Value> kept = named.properties();
            scenarios.scenario(named.id()).setName("other");
            named.setProperty("w", 1);
            check(scenarios, named, Map.of("name", "other", "w", 1));
            assertThatThrownBy(() -> kept.put("silent", Value.of(1))).isInstanceOf(UnsupportedOperationException.class);

            // A list given as a value, and changed in place later: the event has what it was.
            List<Integer> list = new ArrayList<>(List.of(1));
            named.setProperty("list", list);
            list.add(2);
            assertThat(named.property("list")).contains(Value.of(List.of(1)));
            assertThatThrownBy(() -> named.tags().add("silent")).isInstanceOf(UnsupportedOperationException.class);

            // A kept object changed after its deletion.
            Scenario gone = scenarios.createScenario("sc", null, Instant.parse("2024-02-01T00:00:00Z"));
            scenarios.delete(gone.id());
            assertThatThrownBy(() -> gone.setName("ghost")).isInstanceOf(ModelNotFound.class);
            assertThatThrownBy(() -> gone.setCreationDate(Instant.EPOCH)).isInstanceOf(ModelNotFound.class);
            assertThat(daybook().state("scenario", gone.id())).isEqualTo(Optional.empty());
            ScenariosConformance.assertFoldIsState(daybook(), scenarios);
        }
    }

    private void check(Scenarios scenarios, Scenario scenario, Map<String, ?> properties) {
        assertThat(Value.of(scenario.properties())).isEqualTo(Value.of(properties));
        assertThat(daybook().state("scenario", scenario.id()).orElseThrow().attribute("properties"))
                .contains(Value.of(properties));
        ScenariosConformance.assertFoldIsState(daybook(), scenarios);
    }
}
