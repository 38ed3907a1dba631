package io.daybook;

import io.daybook.event.DaybookException;
import org.jspecify.annotations.Nullable;

/**
 * The caller's transaction and another one waited for each other, and the database chose the caller's as the victim: it is
 * rolled back. Retry it from its beginning. Transactions of Daybook's own never end so.
 */
public final class Deadlock extends DaybookException {

    private static final long serialVersionUID = 1L;

    Deadlock(String entities, @Nullable Throwable cause) {
        super(
                "Your transaction and another one waited for each other over %s. Your transaction is rolled back; retry it from its beginning."
                        .formatted(entities),
                cause);
    }
}
