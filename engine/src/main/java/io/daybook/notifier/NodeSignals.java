package io.daybook.notifier;

import io.daybook.database.Database;
import io.daybook.database.WakeUp;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
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
    private static final long NOTIFY_INTERVAL = Duration.ofMillis(1).toNanos();
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

    /** Not worth a wait for the disk: a crash takes the listeners' sessions along. */
    private static final String TELL = """
            select set_config('synchronous_commit', 'off', true), pg_notify(?, ?)
            """;

    /** What is told when a round numbered something. */
    private static final String ROUND = "";

    private static final char SEPARATOR = ' ';

    private final Database database;
    private final String channel;
    /** Who tells, so that nobody listens to itself. */
    private final String sender = SEPARATOR + UUID.randomUUID().toString();

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
     * @param onSignal told what another node told; the empty text where a round numbered something, or where nothing was to be heard for a
     *     while
     */
    public void start(Consumer<String> onSignal) {
        Thread listener = new Thread(() -> listen(onSignal), "daybook-listen");
        listener.setDaemon(true);
        thread = listener;
        listener.start();
    }

    private void listen(Consumer<String> onSignal) {
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
                onSignal.accept(ROUND);
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
            onSignal.accept(ROUND);
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

    private void receive(Connection c, Consumer<String> onSignal) throws SQLException {
        PGConnection notifications = c.unwrap(PGConnection.class);
        while (!closed) {
            PGNotification[] received = notifications.getNotifications(HEARTBEAT_MILLISECONDS);
            Set<String> told = new HashSet<>();
            for (PGNotification notification : received) {
                told.add(notification.getParameter());
            }
            told.removeIf(what -> what.endsWith(sender));
            told.forEach(what -> onSignal.accept(what.substring(0, Math.max(0, what.indexOf(SEPARATOR)))));
            if (received.length == 0) {
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
            tell(ROUND);
        }
    }

    /** Tells other nodes something that is rarely told. Thread-safe. */
    void tell(String what) {
        database.run("Telling other nodes", c -> {
            try (PreparedStatement notify = c.prepareStatement(TELL)) {
                notify.setString(1, channel);
                notify.setString(2, what + sender);
                notify.execute();
            }
        });
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
