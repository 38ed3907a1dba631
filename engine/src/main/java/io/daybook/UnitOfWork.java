package io.daybook;

import io.daybook.event.Change;
import io.daybook.event.Receipt;
import io.daybook.event.Value;
import io.daybook.repository.Author;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jooq.ConnectionProvider;
import org.jooq.DSLContext;

/**
 * Who is about to say something, why, and in which conversation: what all events of a unit of work have in common. Immutable and
 * thread-safe: each method answers a new one, which may be used often.
 *
 * <pre>{@code
 * daybook.as("kim").because("customer called").transact(tx -> tx.update("order", id, "status", "paid"));
 * }</pre>
 */
public final class UnitOfWork implements Author {

    private final Writer writer;
    private final Context context;

    UnitOfWork(Writer writer, Context context) {
        this.writer = writer;
        this.context = context;
    }

    boolean isOnce() {
        return context.onceKey() != null;
    }

    /** The same, by that actor. @throws io.daybook.event.InvalidEvent if the name has more than 200 characters */
    @Override
    public UnitOfWork as(String actor) {
        return new UnitOfWork(writer, context.withActor(actor));
    }

    /** The same, for that reason. @throws io.daybook.event.InvalidEvent if it has more than 2,000 characters */
    @Override
    public UnitOfWork because(String reason) {
        return new UnitOfWork(writer, context.withReason(reason));
    }

    /** The same, in that conversation. @throws io.daybook.event.InvalidEvent if the id has more than 200 characters */
    public UnitOfWork correlatedWith(String correlationId) {
        return new UnitOfWork(writer, context.withCorrelation(correlationId));
    }

    /** The same, as a reaction to the event at that position. @throws io.daybook.event.InvalidEvent if there is no such position */
    public UnitOfWork causedBy(long position) {
        return new UnitOfWork(writer, context.withCausation(position));
    }

    /**
     * The same, in these surroundings too. Under them Daybook writes what it knows by itself: {@code application} and {@code
     * application_version} ({@link DaybookBuilder#application}), {@code host}, and for a joined transaction {@code database_user}. Of two
     * with one key the one that was said last counts.
     *
     * @throws io.daybook.event.InvalidEvent if they have no JSON form
     */
    public UnitOfWork within(Map<String, ?> surroundings) {
        Map<String, Value> members = Value.of(surroundings).members();
        return new UnitOfWork(
                writer, context.withSurroundings(context.surroundings().with(members)));
    }

    /**
     * The same, in exactly these surroundings: nothing that Daybook knows by itself is added. For bringing in what was recorded elsewhere.
     *
     * @param surroundings empty = none
     * @throws io.daybook.event.InvalidEvent if they have no JSON form
     */
    public UnitOfWork withinOnly(Map<String, ?> surroundings) {
        Map<String, Value> members = Value.of(surroundings).members();
        return new UnitOfWork(
                writer, context.withSurroundings(context.surroundings().only(members)));
    }

    /**
     * The same, once: a second unit of work of that key appends nothing and gets the receipt of the first, so that it is safe to
     * try again. The key is yours to choose, such as the id of the request.
     */
    public UnitOfWork once(String key) {
        return new UnitOfWork(writer, context.withOnceKey(key));
    }

    /**
     * From now on, every unit of work that is done in this thread has what this one says, unless it says otherwise itself; until the answer
     * is closed. Through this {@link Daybook} object only: another one has its own.
     *
     * @throws IllegalStateException if this one is {@link #once}: a key is for one unit of work
     */
    public RequestContext enter() {
        if (context.onceKey() != null) {
            throw new IllegalStateException(
                    "A key is for one unit of work, and a request context for many. Enter it without once(...).");
        }
        return writer.enter(context);
    }

    /**
     * Appends what the work says, all or nothing, and comes back when it is committed: in a transaction of its own, or, where several threads
     * say little at the same time, in one that they share, each refused for itself.
     *
     * @return what was appended; no events if the work said nothing
     * @throws E what the work threw; nothing was written
     * @throws VersionConflict if an entity is not at the expected version
     * @throws EntityExists if an entity to be created is there
     * @throws EntityNotFound if an entity to be changed was never created
     * @throws EntityDeleted if an entity to be changed is deleted
     * @throws AppendTimeout if another transaction with the same entities stays open
     * @throws OutcomeUnknown if the connection broke during the commit
     * @throws io.daybook.database.DatabaseFailure if the database cannot; nothing was written
     */
    public <E extends Exception> Receipt transact(Tx.Work<E> work) throws E {
        return writer.transact(context, work);
    }

    /**
     * Appends what the work says soon, and does not wait for it: many small units of work that come at the same time share a transaction,
     * which costs the disk the same for all of them as for one. Each has its own answer, is refused for itself, and has its own
     * transaction id; a lone one is appended at once. The work itself runs here and now, in this thread.
     *
     * <p>Units of work that touch the same entity are appended in the order of the calls. What joins a transaction, and a unit of work with
     * a key or with many changes that is said by {@link #transact} meanwhile, does not wait for them: wait for the answer before you say
     * what rests on it.
     *
     * <p>What is chained to the answer without an executor ({@code thenApply}) may be run by the thread that appends, and keeps everything
     * behind it waiting: it must be short, and must not wait for another answer. Hand anything else to an executor of yours ({@code
     * thenApplyAsync}). Cancelling the answer does not take back the unit.
     *
     * @return completed once the unit is committed, with what was appended (no events if the work said nothing); or exceptionally with what
     *     {@link #transact} would throw
     * @throws E what the work threw; nothing was written
     * @throws AppendQueueFull if too much waits already (some 10,000 units or 64 MiB), and no room is made within the append timeout
     */
    public <E extends Exception> CompletableFuture<Receipt> appendAsync(Tx.Work<E> work) throws E {
        return writer.appendAsync(context, work);
    }

    /** Appends these changes, in a transaction of its own: see {@link #transact}. No changes, nothing appended. */
    @Override
    public Receipt append(List<Change> changes) {
        return transact(tx -> changes.forEach(tx::append));
    }

    /**
     * Appends what the work says, in the transaction that the connection has open: with the caller's own rows, or not at all.
     * Sends everything when the work returns; never commits, rolls back or closes. All that join one transaction share one
     * transaction id.
     *
     * @throws E what the work threw; nothing was written
     * @throws NoTransaction if the connection is in autocommit mode
     * @throws VersionConflict if an entity is not at the expected version; the transaction is still usable, as after the next three
     * @throws EntityExists if an entity to be created is there
     * @throws EntityNotFound if an entity to be changed was never created
     * @throws EntityDeleted if an entity to be changed is deleted
     * @throws AppendTimeout if another transaction with the same entities stays open; roll back
     * @throws Deadlock if the database chose this transaction as a victim; roll back and retry
     * @throws StaleSnapshot if this transaction cannot see the newest change of an entity; roll back and retry
     * @throws io.daybook.database.DatabaseFailure if the database cannot; roll back
     */
    public <E extends Exception> Receipt join(Connection connection, Tx.Work<E> work) throws E {
        return writer.join(connection, context, work);
    }

    /** The same, in the transaction of that jOOQ context. */
    public <E extends Exception> Receipt join(DSLContext jooq, Tx.Work<E> work) throws E {
        ConnectionProvider provider = jooq.configuration().connectionProvider();
        Connection connection = provider.acquire();
        if (connection == null) {
            throw new NoTransaction();
        }
        try {
            return writer.join(connection, context, work);
        } finally {
            provider.release(connection);
        }
    }
}
