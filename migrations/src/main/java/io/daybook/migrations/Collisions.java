package io.daybook.migrations;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import org.flywaydb.core.api.FlywayException;

/**
 * What a process meets on H2 when another one was a little faster, or served the database to it (AUTO_SERVER) and went
 * away: it passes, and the work is done again from its beginning. These are H2's own error codes (org.h2.api.ErrorCode);
 * PostgreSQL's driver has none of them, so nothing is repeated there.
 */
final class Collisions {

    /** Others are at work, and will be done. */
    private static final Set<Integer> OTHERS_AT_WORK = Set.of(
            50200, // lock timeout: another process has the history's lock
            40001, // deadlock
            90131, // row changed by another transaction
            23505, // duplicate key: a row of the history
            42101, // table exists already
            42111, // index exists already
            90078, // schema exists already
            8000); // lock file recently modified: several processes want to open the database first

    private static final Duration OTHERS_AT_WORK_MAX = Duration.ofMinutes(2);

    /** Others may be at work, or else it stays like this. */
    private static final Set<Integer> MAY_PASS = Set.of(
            50000, // general error: what "create schema if not exists" ends in when two sessions run it
            90007, // object closed
            90020, // database in use by another process
            90067, // connection broken
            90098, // database closed
            90121); // database closed by the end of its process

    /** Seconds where the database says so at once, a minute where it first waits for its lock file (AUTO_SERVER). */
    private static final int MAY_PASS_ATTEMPTS_MAX = 20;

    private static final Duration PAUSE_MIN = Duration.ofMillis(10);

    private static final Duration PAUSE_MAX = Duration.ofMillis(500);

    private Collisions() {}

    /** Runs the work, again and again while collisions stop it. */
    static <T> T outlast(Dialect.Work<T> work) throws SQLException {
        long start = System.nanoTime();
        int mayPass = 0;
        Duration pause = PAUSE_MIN;
        while (true) {
            try {
                return work.run();
            } catch (SQLException | FlywayException e) {
                int code = code(e);
                boolean again;
                if (OTHERS_AT_WORK.contains(code)) {
                    again = System.nanoTime() - start < OTHERS_AT_WORK_MAX.toNanos();
                } else {
                    mayPass++;
                    again = MAY_PASS.contains(code) && mayPass < MAY_PASS_ATTEMPTS_MAX;
                }
                if (!again) {
                    throw e;
                }
            }
            Pause.of(pause);
            pause = pause.compareTo(PAUSE_MAX) < 0 ? pause.multipliedBy(2) : PAUSE_MAX;
        }
    }

    private static int code(Exception error) {
        SQLException database = Jdbc.sqlException(error);
        return database == null ? 0 : database.getErrorCode();
    }
}
