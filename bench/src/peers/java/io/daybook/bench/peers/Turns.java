package io.daybook.bench.peers;

import io.daybook.bench.Crew;
import io.daybook.bench.Suite;
import io.daybook.bench.Writer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** What one side's writers did in all their turns. */
final class Turns implements AutoCloseable {

    private static final int WARM_UPS = 3;
    private static final Duration WARM_UP = Duration.ofSeconds(2);

    private final Crew crew;
    private long done;

    Turns(List<Writer> writers, int eventsPerTransaction) {
        this.crew = new Crew(writers, eventsPerTransaction);
    }

    /** Until the compiler has little left to do on any side. */
    static void warmUp(Suite.Plan plan, List<Turns> sides) throws Exception {
        for (int i = 0; i < (plan.quick() ? 1 : WARM_UPS); i++) {
            for (Turns side : sides) {
                side.work(WARM_UP);
            }
        }
    }

    /** How much was done in a second. */
    double work(Duration duration) throws Exception {
        Crew.Work work = crew.work(duration);
        done += work.events();
        return work.perSecond();
    }

    /** All of it. */
    long done() {
        return done;
    }

    @Override
    public void close() throws SQLException {
        crew.close();
    }
}
