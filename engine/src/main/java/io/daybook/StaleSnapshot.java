package io.daybook;

import io.daybook.event.DaybookException;
import org.jspecify.annotations.Nullable;

/**
 * The caller's transaction sees the database as it was when it began (REPEATABLE READ, SERIALIZABLE), and the entity was
 * changed since. It must be rolled back; retry it from its beginning, or use READ COMMITTED.
 */
public final class StaleSnapshot extends DaybookException {

    private static final long serialVersionUID = 1L;

    StaleSnapshot(String entities, @Nullable Throwable cause) {
        super(
                ("Your transaction began before the newest change of %s and cannot see it. Nothing was written; roll it back and"
                                + " retry it from its beginning, or use READ COMMITTED.")
                        .formatted(entities),
                cause);
    }
}
