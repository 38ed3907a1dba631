package io.daybook.console.examples;

import io.daybook.Daybook;
import io.daybook.scenarios.Scenario;
import io.daybook.scenarios.Scenarios;
import io.daybook.scenarios.config.Configuration;
import io.daybook.scenarios.config.ScenarioConfig;
import io.daybook.scenarios.react.EventProcessor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Refreshes a view when a scenario is created, by this process or by any other one on the same database. A view lives as long as its process, so
 * the event processor needs no name: it hears what happens from its start on, and what was there before is read.
 *
 * <p>Run it with {@code ./daybook example refresh-view}.
 */
public final class RefreshView {

    private static final Configuration CONFIGURATION = Configuration.of(ScenarioConfig.of("plan"));
    private static final List<String> NEW = List.of("cautious", "likely", "bold");

    private RefreshView() {}

    /** Argument: JDBC URL of a database, H2 or PostgreSQL. */
    public static void main(String... arguments) throws InterruptedException {
        try (Daybook daybook = Daybook.open(arguments[0])) {
            run(daybook, System.out::println);
        }
    }

    static void run(Daybook daybook, Consumer<String> out) throws InterruptedException {
        Map<String, String> view = Collections.synchronizedMap(new LinkedHashMap<>());
        CountDownLatch refreshed = new CountDownLatch(NEW.size());
        try (Scenarios scenarios = Scenarios.open(daybook, CONFIGURATION);
                EventProcessor processor = EventProcessor.of(scenarios)) {
            processor.onScenarioCreated(
                    (event, scenario) -> {
                        view.put(scenario.id(), name(scenario));
                        out.accept("View refreshed: " + view.values());
                        refreshed.countDown();
                    },
                    "plan");
            scenarios.scenarios().stream()
                    .filter(scenario -> scenario.configId().equals("plan"))
                    .forEach(scenario -> view.put(scenario.id(), name(scenario)));
            out.accept("View at the start: " + view.values());
            processor.start();

            NEW.forEach(name -> scenarios.createScenario("plan", name, null));

            if (!refreshed.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The view was not refreshed in time.");
            }
        }
    }

    private static String name(Scenario scenario) {
        return scenario.name().orElse(scenario.id());
    }
}
