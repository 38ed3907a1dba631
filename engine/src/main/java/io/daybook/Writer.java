package io.daybook;

import io.daybook.database.DatabaseFailure;
import io.daybook.database.SqlStates;
import io.daybook.event.Change;
import io.daybook.event.Receipt;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs units of work: collects, appends, tries again where that is safe, and says in Daybook's words what went wrong. */
final class Writer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);

    private final Appender appender;
    private final UUID daybookId;
    private final Ids ids;
    private final Duration appendTimeout;
    private final long maxValueBytes;
    private final Runnable appended;
    private final Runnable refuseUnlessWritable;
    private final GroupCommit groupCommit;
    /** One per open daybook, of which there are few: a request context names positions, which mean nothing in another one. */
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<@Nullable RequestContext> requestContexts = new ThreadLocal<>();

    /**
     * @param appended told after something was appended
     * @param refuseUnlessWritable throws if the daybook is closed or only read
     */
    Writer(
            Appender appender,
            UUID daybookId,
            Ids ids,
            Duration appendTimeout,
            long maxValueBytes,
            Runnable appended,
            Runnable refuseUnlessWritable) {
        this.appender = appender;
        this.daybookId = daybookId;
        this.ids = ids;
        this.appendTimeout = appendTimeout;
        this.maxValueBytes = maxValueBytes;
        this.appended = appended;
        this.refuseUnlessWritable = refuseUnlessWritable;
        this.groupCommit = new GroupCommit(appender, this::appendInOwn, appendTimeout, appended);
    }

    /** What counts in this thread; null = nothing. */
    @Nullable
    Context requestContext() {
        RequestContext current = requestContexts.get();
        return current == null ? null : current.context();
    }

    /** From now on, in this thread; and of what counted before, what this says nothing of. */
    RequestContext enter(Context context) {
        return RequestContext.enter(requestContexts, context.inside(requestContext()));
    }

    /** From now on, in this thread, in place of what counted before. */
    RequestContext enterInstead(Context context) {
        return RequestContext.enter(requestContexts, context);
    }

    <E extends Exception> Receipt transact(Context own, Tx.Work<E> work) throws E {
        refuseUnlessWritable.run();
        Context context = own.inside(requestContext());
        Unit unit = collect(work);
        UUID transactionId = context.transactionId(daybookId, ids);
        if (unit.isEmpty()) {
            return new Receipt(transactionId, List.of(), false);
        }
        return groupCommit.append(unit, transactionId, context);
    }

    <E extends Exception> CompletableFuture<Receipt> appendAsync(Context own, Tx.Work<E> work) throws E {
        refuseUnlessWritable.run();
        Context context = own.inside(requestContext());
        Unit unit = collect(work);
        UUID transactionId = context.transactionId(daybookId, ids);
        return unit.isEmpty()
                ? CompletableFuture.completedFuture(new Receipt(transactionId, List.of(), false))
                : groupCommit.appendAsync(unit, transactionId, context);
    }

    <E extends Exception> Receipt join(Connection connection, Context own, Tx.Work<E> work) throws E {
        refuseUnlessWritable.run();
        refuseAutoCommit(connection);
        Context context = own.inside(requestContext()).joinedBy(databaseUser(connection));
        Unit unit = collect(work);
        UUID transactionId = context.transactionId(daybookId, ids);
        if (unit.isEmpty()) {
            return new Receipt(transactionId, List.of(), false);
        }
        Receipt receipt = appendInCallers(connection, unit, transactionId, context);
        appended.run();
        return receipt;
    }

    /** What Daybook itself has to say of its own entities, in the transaction that the connection has open. */
    void recordOwn(Connection connection, Context own, Change change) {
        refuseUnlessWritable.run();
        Context context = own.inside(requestContext());
        Unit unit = new Unit(maxValueBytes, true);
        unit.add(change);
        appendInCallers(connection, unit, context.transactionId(daybookId, ids), context);
        appended.run();
    }

    private <E extends Exception> Unit collect(Tx.Work<E> work) throws E {
        Unit unit = new Unit(maxValueBytes);
        Tx.Call call = new Tx.Call();
        try {
            work.run(new Tx(unit, call, null));
        } finally {
            call.end();
        }
        return unit;
    }

    /** As the driver knows it from the connection: no round trip. */
    private static @Nullable String databaseUser(Connection connection) {
        try {
            return connection.getMetaData().getUserName();
        } catch (SQLException e) {
            throw new DatabaseFailure("Looking at the connection to join", e);
        }
    }

    private static void refuseAutoCommit(Connection connection) {
        try {
            if (connection.getAutoCommit()) {
                throw new NoTransaction();
            }
        } catch (SQLException e) {
            throw new DatabaseFailure("Looking at the connection to join", e);
        }
    }

    /**
     * Locks are taken in one order, so two of our own never wait for each other in a circle; one may still with a caller's
     * transaction that joined twice. Being the victim is nobody's fault here, and everything is at hand to begin again.
     */
    private Receipt appendInOwn(Unit unit, UUID transactionId, Context context, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            try {
                return appender.own(unit, transactionId, context, timeout);
            } catch (Appender.CommitFailed e) {
                throw new OutcomeUnknown(transactionId, e);
            } catch (SQLException e) {
                boolean again = SqlStates.isDeadlock(e) || SqlStates.isStaleSnapshot(e);
                if (SqlStates.isLockTimeout(e) || (again && System.nanoTime() > deadline)) {
                    throw new AppendTimeout(unit.names(), appendTimeout, false, SqlStates.withoutValues(e));
                }
                if (!again) {
                    throw new DatabaseFailure("Appending to %s".formatted(unit.names()), e);
                }
                LOG.debug("Unit of work {} begins again, SQLSTATE {}.", transactionId, e.getSQLState());
            }
        }
    }

    private Receipt appendInCallers(Connection connection, Unit unit, UUID transactionId, Context context) {
        try {
            return appender.joined(connection, unit, transactionId, context, appendTimeout);
        } catch (SQLException e) {
            if (SqlStates.isLockTimeout(e)) {
                throw new AppendTimeout(unit.names(), appendTimeout, true, e);
            }
            if (SqlStates.isDeadlock(e)) {
                throw new Deadlock(unit.names(), e);
            }
            if (SqlStates.isStaleSnapshot(e)) {
                throw new StaleSnapshot(unit.names(), SqlStates.withoutValues(e));
            }
            throw new DatabaseFailure("Appending to %s".formatted(unit.names()), e);
        }
    }

    /** Appends what waits, and lets in nothing more. */
    @Override
    public void close() {
        groupCommit.close();
    }
}
