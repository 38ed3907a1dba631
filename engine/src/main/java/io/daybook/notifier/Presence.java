package io.daybook.notifier;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * That this daybook takes part as a node: it has a lease, renewed in the background, on the clock of the database. Thread-safe.
 *
 * <p>What a node may do because of its lease ends with the lease, and the node may hear of that late: whatever it writes must be fenced,
 * such as by {@code expecting} a version.
 */
public final class Presence implements AutoCloseable {

    private final Ownership ownership;
    private final AtomicBoolean closed = new AtomicBoolean();

    Presence(Ownership ownership) {
        this.ownership = ownership;
    }

    /** Identity of this node at present; a node that was silent for longer than its lease comes back as another one. */
    public String node() {
        @Nullable String node = ownership.node();
        if (node == null) {
            throw new IllegalStateException(
                    "The daybook is closed, so this is no node any more. Open it again to take part.");
        }
        return node;
    }

    /** Whether the lease lasts: if not, other nodes may take this one for gone. */
    public boolean isValid() {
        return !closed.get() && ownership.mayDeliver();
    }

    /** This daybook does not take part any more on this account. Its lease ends when nobody needs it, at the latest when the daybook is closed. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            ownership.leave();
        }
    }
}
