package io.daybook.console.examples;

import io.daybook.Daybook;
import io.daybook.scenarios.Scenario;
import io.daybook.scenarios.Scenarios;
import io.daybook.scenarios.config.Configuration;
import io.daybook.scenarios.config.DataNodeConfig;
import io.daybook.scenarios.config.ScenarioConfig;
import io.daybook.scenarios.config.TaskConfig;
import io.daybook.scenarios.react.EventProcessor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Submits a scenario when its input is written. The processor has a name, so what is written while nobody runs is submitted at the next start. It
 * hears of the input only: if it heard of the output too, each submission would cause the next one, for ever. (Nothing is lost, but after a
 * {@code kill -9} an event may come again, and its scenario be submitted twice.)
 *
 * <p>Run it with {@code ./daybook example auto-submit}.
 */
public final class AutoSubmit {

    private static final DataNodeConfig SALES = DataNodeConfig.of("sales");
    private static final DataNodeConfig FORECAST = DataNodeConfig.of("forecast");
    private static final TaskConfig ESTIMATE = TaskConfig.of(
                    "estimate", inputs -> inputs.get("sales", Integer.class) * 11 / 10)
            .reads(SALES)
            .writes(FORECAST);
    private static final Configuration CONFIGURATION = Configuration.of(ScenarioConfig.of("estimation", ESTIMATE));

    private AutoSubmit() {}

    /** Argument: JDBC URL of a database, H2 or PostgreSQL. */
    public static void main(String... arguments) throws InterruptedException {
        try (Daybook daybook = Daybook.open(arguments[0])) {
            run(daybook, System.out::println);
        }
    }

    static void run(Daybook daybook, Consumer<String> out) throws InterruptedException {
        Semaphore finished = new Semaphore(0);
        try (Scenarios scenarios = Scenarios.open(daybook, CONFIGURATION);
                EventProcessor processor = EventProcessor.named(scenarios, "auto-submit")) {
            processor.onDataNodeWritten(
                    (event, sales, data) -> {
                        out.accept("Sales of %s were written: submitting."
                                .formatted(data.orElseThrow().json()));
                        scenarios.scenario(sales.ownerId().orElseThrow()).submit();
                    },
                    "sales");
            processor.onSubmissionFinished(
                    (event, submitted, submission) -> {
                        out.accept("The submission is %s.".formatted(submission.status()));
                        finished.release();
                    },
                    "estimation");
            processor.start();
            scenarios.orchestrator().start();

            Scenario scenario = scenarios.createScenario("estimation");
            for (int sales : new int[] {100, 200}) {
                scenario.dataNode("sales").write(sales);
                if (!finished.tryAcquire(30, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("The scenario was not submitted in time.");
                }
                out.accept("The forecast is %d."
                        .formatted(scenario.dataNode("forecast")
                                .read(Integer.class)
                                .orElseThrow()));
            }
        }
    }
}
