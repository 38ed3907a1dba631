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

    /** Somebody else is at work on the same rows or tables, and will be done. */
    private static final Set<Integer> AT_WORK = Set.of(
            50200, // lock timeout
            8000, // lock file recently modified: several processes want to open the database first
            40001, // deadlock
            90131, // row changed by another transaction
            23505, // duplicate key: a row of the history
            42101, // table exists already
            42111, // index exists already
            90078); // schema exists already

    private static final Duration AT_WORK_MAX = Duration.ofMinutes(2);

    /** The database changes hands. It looks the same when it is gone for good, so this ends sooner. */
    private static final Set<Integer> CHANGING_HANDS = Set.of(
            90007, // object closed
            90020, // database in use by another process
            90067, // connection broken
            90098, // database closed
            90121); // database closed by the end of its process

    private static final Duration CHANGING_HANDS_MAX = Duration.ofSeconds(10);

    private static final Duration PAUSE = Duration.ofMillis(500);

    private Collisions() {}

    /** Runs the work, again and again while collisions stop it. */
    static <T> T outlast(Dialect.Work<T> work) throws SQLException {
        long start = System.nanoTime();
        long patience = 0;
        while (true) {
            try {
                return work.run();
            } catch (SQLException | FlywayException e) {
                patience = Math.max(patience, patience(e).toNanos());
                if (System.nanoTime() - start >= patience) {
                    throw e;
                }
            }
            Pause.of(PAUSE);
        }
    }

    private static Duration patience(Exception error) {
        SQLException database = Jdbc.sqlException(error);
        int code = database == null ? 0 : database.getErrorCode();
        if (AT_WORK.contains(code)) {
            return AT_WORK_MAX;
        }
        return CHANGING_HANDS.contains(code) ? CHANGING_HANDS_MAX : Duration.ZERO;
    }
}
