package io.daybook.migrations;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** A short wait before asking again. */
final class Pause {

    private Pause() {}

    /** Sleeps between half and one and a half of this, so that many waiting processes do not ask in step. */
    static void of(Duration about) throws SQLException {
        long millis = about.toMillis();
        try {
            Thread.sleep(millis / 2 + ThreadLocalRandom.current().nextLong(millis + 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException(
                    "Interrupted while waiting for another process that migrates; nothing was changed.", e);
        }
    }
}
