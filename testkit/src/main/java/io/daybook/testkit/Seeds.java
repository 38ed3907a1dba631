package io.daybook.testkit;

import java.security.SecureRandom;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chance that can be replayed: a new seed each time, said in the log together with the command that replays it. With {@code
 * -Ddaybook.seed=<seed>} every {@link #random} of the run begins with that one.
 */
public final class Seeds {

    /** System property with the seed to replay. */
    public static final String PROPERTY = "daybook.seed";

    private static final Logger LOG = LoggerFactory.getLogger(Seeds.class);
    private static final SecureRandom NEW_SEEDS = new SecureRandom();

    private Seeds() {}

    /** The seed of this run, told in the log. Call it once per test, from the test. */
    public static long next() {
        Long replayed = Long.getLong(PROPERTY);
        long seed = replayed == null ? NEW_SEEDS.nextInt(1_000_000_000) : replayed;
        StackTraceElement test = caller();
        LOG.info(
                "Seed {} in {}. Replay: mvn verify -Dtest={}#{} -D{}={}",
                seed,
                test.getMethodName(),
                simpleName(test.getClassName()),
                test.getMethodName(),
                PROPERTY,
                seed);
        return seed;
    }

    /** Random numbers from a seed that is told in the log. */
    public static Random random() {
        return new Random(next());
    }

    private static StackTraceElement caller() {
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> !frame.getClassName().equals(Seeds.class.getName()))
                        .findFirst()
                        .orElseThrow()
                        .toStackTraceElement());
    }

    private static String simpleName(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }
}
