package io.daybook.notifier;

import io.daybook.database.Database;
import io.daybook.database.WakeUp;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wake-ups between nodes, over PostgreSQL's LISTEN and NOTIFY: one connection per node, outside the pool. They only shorten the
 * reader's sleep; without them, everything works by polling. Thread-safe.
 *
 * <p>Never in an append: a transaction that notifies takes a lock of the whole cluster at its commit. The sequencer tells, at
 * most once per round and not too often, and only if another node listens (each holds a shared advisory lock that says so).
 */
public final class NodeSignals implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NodeSignals.class);

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final int HEARTBEAT_MILLISECONDS = 5_000;
    private static final long NOTIFY_INTERVAL = Duration.ofMillis(5).toNanos();
    private static final long PRESENCE_INTERVAL = Duration.ofSeconds(1).toNanos();
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    /** Whether another node listens: advisory locks in the namespace {@code classid}, held by another session than ours. */
    private static final String PRESENCE = """
            select exists (
                select
                from pg_locks l
                where l.locktype = 'advisory'
                  and l.classid = ?::int::bigint::bit(32)::bigint::oid
                  and l.objid = 1
                  and l.objsubid = 2
                  and l.database = (select oid from pg_database where datname = current_database())
                  and l.pid <> ?)
            """;

    private final Database database;
    private final String channel;
    private final int presenceClass;
    private final WakeUp pause = new WakeUp();
    private volatile @Nullable Thread thread;

    private volatile boolean closed;
    private volatile @Nullable Connection connection;
    private volatile int ownPid = -1;

    /** Of the sequencer's thread alone. */
    private long lastNotify = System.nanoTime() - NOTIFY_INTERVAL;

    private long lastPresence = System.nanoTime() - PRESENCE_INTERVAL;
    private boolean othersListen;

    public NodeSignals(Database database, UUID daybookId) {
        this.database = database;
        this.channel = "daybook_" + database.schema();
        this.presenceClass = daybookId.hashCode();
    }

    /**
     * Begins to listen.
     *
     * @param onSignal told that another node's round numbered something, or that this was not to be heard for a while
     */
    public void start(Runnable onSignal) {
        Thread listener = new Thread(() -> listen(onSignal), "daybook-listen");
        listener.setDaemon(true);
        thread = listener;
        listener.start();
    }

    private void listen(Runnable onSignal) {
        Duration sleep = SHORTEST_PAUSE;
        boolean warned = false;
        while (!closed) {
            try (Connection c = database.standingConnection()) {
                connection = c;
                c.setAutoCommit(true);
                begin(c);
                if (warned) {
                    LOG.info("LISTEN works again.");
                    warned = false;
                }
                sleep = SHORTEST_PAUSE;
                // What happened while nobody listened is found by looking.
                onSignal.run();
                receive(c, onSignal);
            } catch (SQLException | RuntimeException e) {
                if (!closed && !warned) {
                    LOG.warn(
                            "No LISTEN connection: {}. Going on by polling, so events of other nodes arrive up to a second later; trying again.",
                            e.getMessage());
                    warned = true;
                }
            }
            ownPid = -1;
            onSignal.run();
            sleep(sleep);
            sleep = WakeUp.longer(sleep, SHORTEST_PAUSE, LONGEST_PAUSE);
        }
    }

    private void begin(Connection c) throws SQLException {
        try (PreparedStatement listen = c.prepareStatement("listen " + channel);
                PreparedStatement present =
                        c.prepareStatement("select pg_backend_pid(), pg_advisory_lock_shared(?, 1)")) {
            listen.execute();
            present.setInt(1, presenceClass);
            try (ResultSet row = present.executeQuery()) {
                row.next();
                ownPid = row.getInt(1);
            }
        }
    }

    private void receive(Connection c, Runnable onSignal) throws SQLException {
        PGConnection notifications = c.unwrap(PGConnection.class);
        while (!closed) {
            if (notifications.getNotifications(HEARTBEAT_MILLISECONDS).length > 0) {
                onSignal.run();
            } else {
                heartbeat(c);
            }
        }
    }

    /** A connection that died without a word looks just like a quiet one, until it is asked. */
    private static void heartbeat(Connection c) throws SQLException {
        if (!c.isValid(HEARTBEAT_MILLISECONDS / 1_000)) {
            throw new SQLException("the LISTEN connection does not answer", "08006");
        }
    }

    private void sleep(Duration duration) {
        try {
            if (!closed) {
                pause.sleep(duration);
            }
        } catch (InterruptedException e) {
            LOG.debug("The pause before the next LISTEN was interrupted.");
        }
    }

    /** Tells other nodes that the ledger has grown. Called by the sequencer's thread alone. */
    public void tellOthers() {
        long now = System.nanoTime();
        if (now - lastNotify < NOTIFY_INTERVAL) {
            return;
        }
        if (now - lastPresence >= PRESENCE_INTERVAL) {
            lastPresence = now;
            othersListen = othersListen();
        }
        if (othersListen) {
            lastNotify = now;
            database.run("Telling other nodes", c -> {
                try (PreparedStatement notify = c.prepareStatement("select pg_notify(?, '')")) {
                    notify.setString(1, channel);
                    notify.execute();
                }
            });
        }
    }

    private boolean othersListen() {
        return database.call("Looking who listens", c -> {
            try (PreparedStatement query = c.prepareStatement(PRESENCE)) {
                query.setInt(1, presenceClass);
                query.setInt(2, ownPid);
                try (ResultSet row = query.executeQuery()) {
                    row.next();
                    return row.getBoolean(1);
                }
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        pause.wake();
        Connection c = connection;
        try {
            if (c != null) {
                // Ends a wait for notifications, which nothing else does.
                c.abort(Runnable::run);
            }
            Thread listener = thread;
            if (listener != null) {
                listener.join(CLOSE_WITHIN.toMillis());
            }
        } catch (SQLException e) {
            LOG.debug("Closing the LISTEN connection failed.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
