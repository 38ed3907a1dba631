package io.daybook;

import io.daybook.event.Receipt;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Writes a unit of work, all or nothing: locks its entities, then looks at them in a later statement, then inserts. A lock in
 * the same statement would be too late: its snapshot is older than the wait. Thread-safe.
 */
interface Appender {

    /**
     * In a transaction of its own, committed when this returns.
     *
     * @param timeout how long to wait for other writers of the same entities
     * @throws SQLException as the database said it; {@link CommitFailed} if nobody knows whether it was committed
     */
    Receipt own(Unit unit, UUID transactionId, Context context, Duration timeout) throws SQLException;

    /** In the transaction that the connection has open, which stays the caller's. */
    Receipt joined(Connection connection, Unit unit, UUID transactionId, Context context, Duration timeout)
            throws SQLException;

    /**
     * In one transaction of its own, committed when this returns, without waiting for any lock.
     *
     * @return what became of each member, in their order
     * @throws SQLException as the database said it: nothing was written; {@link CommitFailed} if nobody knows whether it was committed
     */
    List<Group.Fate> together(List<Group.Member> members) throws SQLException;

    /** Waits until no transaction under way can still commit that unit of work; to be asked before looking for it. */
    void awaitEnd(Connection connection, UUID transactionId, Duration timeout) throws SQLException;

    /** The connection broke where the commit may have happened. */
    final class CommitFailed extends SQLException {
        private static final long serialVersionUID = 1L;

        CommitFailed(SQLException cause) {
            super(cause.getMessage(), cause.getSQLState(), cause.getErrorCode(), cause);
        }
    }
}
