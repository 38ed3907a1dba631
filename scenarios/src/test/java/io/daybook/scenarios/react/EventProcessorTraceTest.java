package io.daybook.scenarios.react;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import io.daybook.scenarios.Entity;
import io.daybook.scenarios.Scenario;
import io.daybook.scenarios.Scenarios;
import io.daybook.scenarios.Submission;
import io.daybook.scenarios.Submittable;
import io.daybook.scenarios.config.Configuration;
import io.daybook.scenarios.config.DataNodeConfig;
import io.daybook.scenarios.config.ScenarioConfig;
import io.daybook.scenarios.config.TaskConfig;
import io.daybook.testkit.Await;
import io.daybook.testkit.DaybookExtension;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Does what was done to Taipy in trace r, with the same callbacks, and expects the same calls, but for what is said here. */
class EventProcessorTraceTest {

    private static final String TRACE = "/taipy/r-event-processor.json";

    @RegisterExtension
    final DaybookExtension daybooks = DaybookExtension.h2();

    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final List<List<String>> states = List.of(new CopyOnWriteArrayList<>(), new CopyOnWriteArrayList<>());
    private final Map<String, Scenario> made = new HashMap<>();

    @Test
    void callbacks_are_called_as_taipy_calls_them() throws IOException {
        DataNodeConfig inp = DataNodeConfig.of("inp").defaultData(21);
        DataNodeConfig inp2 = DataNodeConfig.of("inp2").defaultData(1);
        TaskConfig twice = TaskConfig.of("double", in -> in.get(0, Integer.class) * 2)
                .reads(inp)
                .writes(DataNodeConfig.of("outp"));
        TaskConfig bad = TaskConfig.of("bad", in -> {
                    throw new IllegalStateException("bad");
                })
                .reads(inp2)
                .writes(DataNodeConfig.of("outp2"));
        Configuration configuration = Configuration.of(
                ScenarioConfig.of("sc", twice).sequence("seq", twice),
                ScenarioConfig.of("sc_other", twice),
                ScenarioConfig.of("failing", bad));
        try (Scenarios scenarios = Scenarios.open(daybooks.daybook(), configuration);
                Listeners listeners = new Listeners();
                EventProcessor processor = EventProcessor.of(scenarios).broadcaster(listeners)) {
            states.forEach(state -> listeners.connect(broadcast -> state.add(shown(broadcast))));
            register(processor);
            processor.start();
            for (Value step : trace().get("steps").elements()) {
                Map<String, Value> what = step.members().get("step").members();
                run(scenarios, what);
                Await.caughtUp(daybooks.daybook(), processor.registration());
                compare(what, step.members().get("calls").elements());
            }
        }
    }

    private static Map<String, Value> trace() throws IOException {
        try (InputStream in = Objects.requireNonNull(EventProcessorTraceTest.class.getResourceAsStream(TRACE))) {
            return Value.ofJson(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .members();
        }
    }

    private void register(EventProcessor processor) {
        EventFilter created = EventFilter.of(EntityType.SCENARIO).operation(Operation.CREATION);
        EventFilter jobStatus = EventFilter.of(EntityType.JOB).attribute("status");
        processor
                .onEvent(created, event -> call("scenario_creation", event))
                .onEvent(created, event -> call("scenario_creation_with_args", event, "\"x\"", "1"))
                .broadcastOnEvent("bc_scenario_creation", created)
                .onEvent(
                        jobStatus
                                .operation(Operation.UPDATE)
                                .when(event -> event.attributeValue().equals(Optional.of(Value.of("FAILED")))),
                        event -> call("job_failed", event))
                .onEvent(jobStatus, event -> call("job_status_without_operation", event))
                .onEvent(EventFilter.everything().operation(Operation.DELETION), event -> call("all_deletions", event))
                .onScenarioCreated((event, it) -> call("any_scenario_created", event, label(it)))
                .onScenarioCreated((event, it) -> call("sc_created", event, label(it)), "sc")
                .onScenarioCreated((event, it) -> call("sc_or_failing_created", event, label(it)), "sc", "failing")
                .onScenarioCreated((event, it) -> call("sc_created_by_config", event, label(it), "\"z\""), "sc")
                .broadcastOnScenarioCreated("bc_sc_created", "sc")
                .onScenarioDeleted((event, id) -> call("any_scenario_deleted", event, label(id)))
                .onScenarioDeleted((event, id) -> call("sc_deleted", event, label(id)), "sc")
                .onDataNodeCreated((event, it) -> call("inp_created", event, label(it)), "inp")
                .onDataNodeWritten((event, it, data) -> call("any_written", event, label(it), json(data)))
                .onDataNodeWritten((event, it, data) -> call("outp_written", event, label(it), json(data)), "outp")
                .broadcastOnDataNodeWritten("bc_outp_written", "outp")
                .onDataNodeDeleted((event, id) -> call("inp_deleted", event, label(id)), "inp")
                .onSubmissionFinished((event, of, it) -> call("any_finished", event, label(of.id()), label(it)))
                .onSubmissionFinished((event, of, it) -> call("sc_finished", event, label(of.id()), label(it)), "sc")
                .onSubmissionFinished(
                        (event, of, it) -> call("double_finished", event, label(of.id()), label(it)), "double")
                .broadcastOnSubmissionFinished("bc_finished");
    }

    private void run(Scenarios scenarios, Map<String, Value> step) {
        switch (text(step, "op")) {
            case "start_orchestrator" -> scenarios.orchestrator().start();
            case "create_scenario" -> made.put(text(step, "config"), scenarios.createScenario(text(step, "config")));
            case "write" -> scenario("sc").dataNode("inp").write(step.get("value"));
            case "track_edit" ->
                scenario("sc").dataNode("inp").trackEdit(step.get("edit").members());
            case "submit" -> {
                switch (text(step, "target")) {
                    case "scenario:sc#1" -> submit(scenario("sc"));
                    case "scenario:failing#1" -> submit(scenario("failing"));
                    case "task:double#1" -> submit(scenario("sc").task("double"));
                    case "sequence:seq@scenario:sc#1" -> submit(scenario("sc").sequence("seq"));
                    default -> throw new IllegalArgumentException(step.toString());
                }
            }
            case "delete" -> scenarios.delete(scenario("sc_other").id());
            case "delete_jobs" -> scenarios.deleteJobs();
            default -> throw new IllegalArgumentException(step.toString());
        }
    }

    private static void submit(Submittable what) {
        Submission submission = what.submit();
        Await.until(submission::isFinished, () -> submission + " is not finished");
    }

    private Scenario scenario(String configId) {
        return Objects.requireNonNull(made.get(configId));
    }

    private void compare(Map<String, Value> step, List<Value> taipys) {
        List<String> expected = new ArrayList<>();
        List<List<String>> shown = List.of(new ArrayList<>(), new ArrayList<>());
        for (Value call : taipys) {
            String name = text(call.members(), "callback");
            List<Value> arguments = new ArrayList<>(call.members().get("args").elements());
            Value first = arguments.get(0);
            if (first.isObject() && first.members().containsKey("$state")) {
                shown.get(first.members().get("$state").as(Integer.class) - 1)
                        .add(rendered(name, arguments.subList(1, arguments.size())));
            } else {
                expected.add(rendered(name, arguments));
            }
        }
        switch (text(step, "op")) {
            // Taipy deletes what an earlier run in development mode has left; here that is for whoever asks for it.
            case "start_orchestrator" -> assertThat(calls).isEmpty();
            case "delete" -> {
                // Taipy looks for sc in the id of sc_other.
                assertThat(expected).anyMatch(call -> call.startsWith("sc_deleted("));
                expected.removeIf(call -> call.startsWith("sc_deleted("));
                // Data nodes that go together go in no particular order in Taipy, nor does what is told of them.
                assertThat(calls).containsExactlyInAnyOrderElementsOf(expected);
            }
            case "delete_jobs" ->
                // Taipy has one event for all of them, about none of them.
                assertThat(calls)
                        .hasSize(8)
                        .containsOnly(
                                "job_status_without_operation(JOB DELETION job:double)",
                                "all_deletions(JOB DELETION job:double)",
                                "job_status_without_operation(JOB DELETION job:bad)",
                                "all_deletions(JOB DELETION job:bad)");
            default -> assertThat(calls).as(step.toString()).containsExactlyElementsOf(expected);
        }
        for (int i = 0; i < states.size(); i++) {
            List<String> told = states.get(i);
            List<String> wanted = shown.get(i);
            Await.until(() -> told.size() >= wanted.size(), () -> "%s, but %s".formatted(wanted, told));
            assertThat(told).containsExactlyElementsOf(wanted);
            told.clear();
        }
        calls.clear();
    }

    // --- Taipy's calls and ours as the same texts --------------------------------------------------------------------

    private static String rendered(String name, List<Value> arguments) {
        List<String> texts = new ArrayList<>();
        for (Value argument : arguments) {
            Map<String, Value> members = argument.isObject() ? argument.members() : Map.of();
            if (members.containsKey("$event")) {
                Map<String, Value> event = members.get("$event").members();
                texts.add(rendered(
                        text(event, "entity_type"),
                        text(event, "operation"),
                        event.get("entity").isNull() ? "none" : taipyLabel(text(event, "entity"))));
            } else if (members.containsKey("$ref")) {
                texts.add(taipyLabel(text(members, "$ref")));
            } else if (!members.containsKey("$gui")) {
                texts.add(argument.json());
            }
        }
        return "%s(%s)".formatted(name, withoutTheApplications(name, texts));
    }

    /** What Taipy's broadcasts are given to hand over, the listener of ours has anyway. */
    private static String withoutTheApplications(String name, List<String> texts) {
        return String.join(", ", name.equals("bc_scenario_creation") ? texts.subList(0, 1) : texts);
    }

    private static String rendered(String type, String operation, String entity) {
        return "%s %s %s".formatted(type, operation, entity);
    }

    private static String taipyLabel(String label) {
        return label.startsWith("sequence") ? "sequence" : label.replaceAll("#\\d+$", "");
    }

    private void call(String name, Event event, String... arguments) {
        calls.add(shown(name, event, List.of(arguments)));
    }

    private static String shown(Broadcast broadcast) {
        List<String> arguments = new ArrayList<>();
        broadcast.entities().forEach(entity -> arguments.add(label(entity)));
        broadcast.data().ifPresent(data -> arguments.add(data.json()));
        return shown(broadcast.what(), broadcast.event(), arguments);
    }

    private static String shown(String name, Event event, List<String> arguments) {
        List<String> texts = new ArrayList<>();
        texts.add(rendered(
                event.entityType().name().toUpperCase(Locale.ROOT),
                event.operation().name(),
                label(event.entityId())));
        texts.addAll(arguments);
        return "%s(%s)".formatted(name, String.join(", ", texts));
    }

    private static String label(Entity<?> entity) {
        return label(entity.id());
    }

    /** {@code SCENARIO_sc_other_<unique>} is {@code scenario:sc_other}. */
    private static String label(String id) {
        int first = id.indexOf('_');
        int last = id.lastIndexOf('_');
        String type = id.substring(0, first).toLowerCase(Locale.ROOT);
        return type.equals("sequence") || first == last ? type : type + ":" + id.substring(first + 1, last);
    }

    private static String json(Optional<Value> data) {
        return data.map(Value::json).orElse("nothing");
    }

    private static String text(Map<String, Value> members, String name) {
        return Objects.requireNonNull(members.get(name), name).as(String.class);
    }
}
