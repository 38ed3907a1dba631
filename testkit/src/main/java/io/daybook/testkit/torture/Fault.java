package io.daybook.testkit.torture;

/** What torture does to the nodes, the database and the consumers. */
public enum Fault {
    /** kill -9 of a node. */
    KILL(true),
    /** SIGSTOP of a node and SIGCONT, often after its lease has ended. */
    FREEZE(true),
    /** kill -9 of every process of PostgreSQL, and a new start; only of a server that torture started itself. */
    SERVER(false),
    /** kill -9 of every process of the primary, and promotion of its synchronous standby; only of a pair that torture started itself. */
    FAILOVER(false),
    /** {@code pg_terminate_backend} of a random session. */
    TERMINATE(false),
    /** A session that is idle in a transaction that has a transaction id. */
    IDLE(false),
    /** Transactions that are rolled back, and lambdas that throw. */
    ROLLBACK(true),
    /** Transactions that stay open for up to a second and a half after their appends. */
    SLOW(true),
    /** Consumers that throw, and events that are poison until later. */
    THROW(true),
    /** Consumers that need longer than the lease for one event. */
    PAUSE(true),
    /** Nodes whose clocks are off by minutes. */
    CLOCK(true);

    private final boolean onH2;

    Fault(boolean onH2) {
        this.onH2 = onH2;
    }

    /** Whether it can happen to an H2 database, which has no server and one process. */
    public boolean isOnH2() {
        return onH2;
    }
}
