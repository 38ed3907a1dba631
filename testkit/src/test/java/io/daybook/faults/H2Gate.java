package io.daybook.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.testkit.Await;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.RootReference;
import org.h2.mvstore.type.LongDataType;

/** Where H2 waits while it collects what to write, table by table, once somebody says that it shall. */
final class H2Gate {

    private static final int MOST_WHO_WAIT = 2;

    private final BlockingQueue<Thread> arrived = new LinkedBlockingQueue<>();
    private final Semaphore open = new Semaphore(0);
    private volatile boolean shut;

    /** Stands between the tables that are there and those that come, in the order in which H2 collects. */
    void stand(Connection connection) throws SQLException {
        SessionLocal session =
                (SessionLocal) connection.unwrap(JdbcConnection.class).getSession();
        session.getDatabase().getStore().getMvStore().openMap("between", builder());
    }

    private MVMap.MapBuilder<Between, Long, Long> builder() {
        return new MVMap.BasicBuilder<>() {
            @Override
            protected Between create(Map<String, Object> config) {
                return new Between(config, H2Gate.this);
            }
        };
    }

    private static final class Between extends MVMap<Long, Long> {
        private final H2Gate gate;

        Between(Map<String, Object> config, H2Gate gate) {
            super(config, LongDataType.INSTANCE, LongDataType.INSTANCE);
            this.gate = gate;
        }

        @Override
        public RootReference<Long, Long> flushAndGetRoot() {
            // null while the superclass is being made.
            if (gate != null) {
                gate.pass();
            }
            return super.flushAndGetRoot();
        }
    }

    private void pass() {
        if (shut) {
            arrived.add(Thread.currentThread());
            open.acquireUninterruptibly();
        }
    }

    void shut() {
        shut = true;
    }

    /** Waits for somebody who collects, and tells who. */
    Thread awaitArrival() throws InterruptedException {
        Thread thread = arrived.poll(Await.LONGEST.toSeconds(), TimeUnit.SECONDS);
        assertThat(thread).as("H2 collects what to write").isNotNull();
        return thread;
    }

    /** One of those who wait goes on. */
    void letPass() {
        open.release();
    }

    void openForGood() {
        shut = false;
        open.release(MOST_WHO_WAIT);
    }
}
