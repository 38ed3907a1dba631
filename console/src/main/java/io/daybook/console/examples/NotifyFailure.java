package io.daybook.console.examples;

import io.daybook.Daybook;
import io.daybook.consumers.FailurePolicy;
import io.daybook.scenarios.Scenario;
import io.daybook.scenarios.Scenarios;
import io.daybook.scenarios.config.Configuration;
import io.daybook.scenarios.config.DataNodeConfig;
import io.daybook.scenarios.config.ScenarioConfig;
import io.daybook.scenarios.config.TaskConfig;
import io.daybook.scenarios.react.EventProcessor;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Notifies somebody when a job fails. The processor has a name: what fails while nobody runs is told at the next start. Where the notification
 * itself fails, as the first one does here, it is tried again; after five times it is parked, for an operator to see ({@code ./daybook parked}).
 *
 * <p>Run it with {@code ./daybook example notify-failure}.
 */
public final class NotifyFailure {

    private static final DataNodeConfig STOCK = DataNodeConfig.of("stock");
    private static final DataNodeConfig SHARE = DataNodeConfig.of("share");
    private static final TaskConfig DIVIDE = TaskConfig.of("divide", inputs -> 100 / inputs.get("stock", Integer.class))
            .reads(STOCK)
            .writes(SHARE);
    private static final Configuration CONFIGURATION = Configuration.of(ScenarioConfig.of("division", DIVIDE));

    private NotifyFailure() {}

    /** Argument: JDBC URL of a database, H2 or PostgreSQL. */
    public static void main(String... arguments) throws InterruptedException {
        try (Daybook daybook = Daybook.open(arguments[0])) {
            run(daybook, System.out::println);
        }
    }

    static void run(Daybook daybook, Consumer<String> out) throws InterruptedException {
        CountDownLatch tries = new CountDownLatch(2);
        try (Scenarios scenarios = Scenarios.open(daybook, CONFIGURATION);
                EventProcessor processor = EventProcessor.named(scenarios, "notify-failure")
                        .failurePolicy(FailurePolicy.retry(5).thenPark())
                        .onJobFailed(
                                (event, job) -> {
                                    tries.countDown();
                                    if (tries.getCount() > 0) {
                                        out.accept("The mail server does not answer.");
                                        throw new IllegalStateException("The mail server does not answer.");
                                    }
                                    out.accept("Mail: task %s failed, %s"
                                            .formatted(
                                                    job.task().configId(),
                                                    job.stacktrace().get(0)));
                                },
                                "divide")
                        .start()) {
            scenarios.orchestrator().start();
            for (int stock : new int[] {4, 0}) {
                Scenario scenario = scenarios.createScenario("division");
                scenario.dataNode("stock").write(stock);
                out.accept("Submitting with a stock of %d.".formatted(stock));
                scenario.submit();
            }
            if (!tries.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Nobody was notified in time.");
            }
            processor.stop();
        }
    }
}
