package io.daybook.scenarios;

import io.daybook.Daybook;
import io.daybook.scenarios.config.Configuration;
import io.daybook.scenarios.config.DataNodeConfig;
import io.daybook.scenarios.config.ScenarioConfig;
import io.daybook.scenarios.config.TaskConfig;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A node with a pool, in a process of its own, to be killed. */
final class KilledOrchestrator {

    static final DataNodeConfig NUMBER = DataNodeConfig.of("number").defaultData(1);
    static final DataNodeConfig MIDDLE = DataNodeConfig.of("middle");
    static final DataNodeConfig RESULT = DataNodeConfig.of("result");

    /** Two tasks, each of which takes a moment, so that a kill often finds some running. */
    static final ScenarioConfig WORK = ScenarioConfig.of(
            "work",
            TaskConfig.of("first", inputs -> slowly(inputs.get(0, Integer.class) + 1))
                    .reads(NUMBER)
                    .writes(MIDDLE),
            TaskConfig.of("second", inputs -> slowly(inputs.get(0, Integer.class) * 10))
                    .reads(MIDDLE)
                    .writes(RESULT));

    static final Duration LEASE = Duration.ofSeconds(2);

    private KilledOrchestrator() {}

    private static int slowly(int result) throws InterruptedException {
        Thread.sleep(result % 7);
        return result;
    }

    /** Arguments: url, user, password, what becomes of jobs whose node is gone. */
    public static void main(String... arguments) throws InterruptedException {
        Daybook daybook = Daybook.builder()
                .url(arguments[0])
                .user(arguments[1])
                .password(arguments[2])
                .lease(LEASE)
                .open();
        Scenarios scenarios = Scenarios.builder(daybook, Configuration.of(WORK))
                .jobMode(JobMode.pool(4))
                .whenNodeIsGone(WhenNodeIsGone.valueOf(arguments[3]))
                .open();
        scenarios.orchestrator().start();
        new CountDownLatch(1).await();
    }
}
