package io.daybook;

import org.jspecify.annotations.Nullable;

/**
 * What every unit of work has in common that is done in this thread, through the same {@link Daybook} object, until this is closed:
 * actor, reason, correlation id, cause and surroundings, each unless the unit of work says another. One within another adds to it. Entered
 * by {@link UnitOfWork#enter}:
 *
 * <pre>{@code
 * try (RequestContext ignored = daybook.as("kim").correlatedWith(requestId).enter()) {
 *   ... daybook.transact(...)   // by kim, in that conversation
 * }
 * }</pre>
 *
 * <p>It belongs to one thread: {@link Daybook#carry} takes it to another one. Close it in the thread that entered it, the inner one
 * first: one that is still open when an outer one is closed ends with it, so that nothing of it counts for what comes later.
 */
public final class RequestContext implements AutoCloseable {

    private final ThreadLocal<@Nullable RequestContext> ofThread;
    private final Context context;
    private final @Nullable RequestContext outer;
    private final Thread thread = Thread.currentThread();
    private boolean closed;

    private RequestContext(ThreadLocal<@Nullable RequestContext> ofThread, Context context) {
        this.ofThread = ofThread;
        this.context = context;
        this.outer = ofThread.get();
    }

    /** From now on in this thread, in place of what there was. */
    static RequestContext enter(ThreadLocal<@Nullable RequestContext> ofThread, Context context) {
        RequestContext entered = new RequestContext(ofThread, context);
        ofThread.set(entered);
        return entered;
    }

    Context context() {
        return context;
    }

    /**
     * Ends it: what was before counts again. Twice is the same as once.
     *
     * @throws IllegalStateException if this is another thread than the one that entered it: nothing is changed; or if one that was entered
     *     later was open: this one and that one are closed
     */
    @Override
    public void close() {
        if (thread != Thread.currentThread()) {
            throw new IllegalStateException(
                    ("A request context that was entered in thread %s was closed in thread %s. Close it where it was entered;"
                                    + " daybook.carry(...) takes it to another thread.")
                            .formatted(thread.getName(), Thread.currentThread().getName()));
        }
        if (closed) {
            return;
        }
        boolean innermost = ofThread.get() == this;
        RequestContext open = ofThread.get();
        while (open != null && open != this) {
            open.closed = true;
            open = open.outer;
        }
        closed = true;
        if (outer == null) {
            ofThread.remove();
        } else {
            ofThread.set(outer);
        }
        if (!innermost) {
            throw new IllegalStateException(
                    "A request context was closed while one that was entered later was open. Both are closed now; close the inner one first, best by try (...).");
        }
    }
}
