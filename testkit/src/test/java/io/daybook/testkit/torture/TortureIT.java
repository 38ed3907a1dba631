package io.daybook.testkit.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code ./daybook torture} shows to users, for so many seconds as {@code daybook.torture.seconds} says. */
class TortureIT {

    private static final Logger LOG = LoggerFactory.getLogger(TortureIT.class);

    private static final int SECONDS = Integer.getInteger("daybook.torture.seconds", 20);

    /** Enough for two or three failovers, and builds shall not become longer for more. */
    private static final int FAILOVER_SECONDS = 30;

    @Test
    void h2_keeps_every_promise() throws Exception {
        keepsEveryPromise(TorturePlan.Where.H2, SECONDS);
    }

    @Test
    void postgresql_keeps_every_promise_when_the_standby_takes_over() throws Exception {
        keepsEveryPromise(TorturePlan.Where.FAILOVER, Math.min(SECONDS, FAILOVER_SECONDS));
    }

    @Test
    void postgresql_keeps_every_promise() throws Exception {
        keepsEveryPromise(TorturePlan.Where.EMBEDDED_POSTGRESQL, SECONDS);
    }

    private static void keepsEveryPromise(TorturePlan.Where where, int seconds) throws Exception {
        Verdict verdict = new Torture(TorturePlan.of(where, seconds, Seeds.next()), LOG::info).run();
        List<String> broken = new ArrayList<>();
        for (Verdict.Promise promise : verdict.promises()) {
            LOG.info("{}: {} checked, {} violated", promise.name(), promise.checked(), promise.violated());
            if (!promise.isKept()) {
                broken.add(promise.toString());
            }
        }
        assertThat(broken)
                .as("broken promises, seed %d, logs in %s", verdict.seed(), verdict.logs())
                .isEmpty();
    }
}
