package io.daybook.console.shell;

import io.daybook.OutcomeUnknown;
import io.daybook.database.DatabaseFailure;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Tries again where the connection broke: another command may have served the H2 file and ended, a PostgreSQL may have been
 * restarted. Only for reading, and for units of work with a key, which are never appended twice.
 */
public final class Patience {

    private static final Duration ENOUGH = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(200);

    /** Connections that are gone, by SQLSTATE: of PostgreSQL's server as it stops, and of H2's. Class 08 is checked apart. */
    private static final Set<String> GONE = Set.of("57P01", "57P02", "57P03", "90020", "90067", "90098", "90121");

    private Patience() {}

    /** Does that, again and again for half a minute where the connection breaks. */
    public static <T> T with(Supplier<T> work) {
        long deadline = System.nanoTime() + ENOUGH.toNanos();
        while (true) {
            try {
                return work.get();
            } catch (OutcomeUnknown e) {
                pause(deadline, e);
            } catch (DatabaseFailure e) {
                if (!isGone(e.sqlState())) {
                    throw e;
                }
                pause(deadline, e);
            }
        }
    }

    private static boolean isGone(@org.jspecify.annotations.Nullable String sqlState) {
        return sqlState != null && (sqlState.startsWith("08") || GONE.contains(sqlState));
    }

    private static void pause(long deadline, RuntimeException because) {
        if (System.nanoTime() > deadline) {
            throw because;
        }
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw because;
        }
    }
}
