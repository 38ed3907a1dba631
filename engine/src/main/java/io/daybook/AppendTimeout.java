package io.daybook;

import io.daybook.event.DaybookException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Another transaction that has changed one of the same entities did not end within the append timeout. Nothing was written. A
 * joined transaction on PostgreSQL must be rolled back after it; an own one can simply be tried again.
 */
public final class AppendTimeout extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final Duration timeout;

    AppendTimeout(String entities, Duration timeout, boolean joined, @Nullable Throwable cause) {
        super(
                "Another open transaction has changed %s and did not end within %d ms. Nothing was written; %s."
                        .formatted(
                                entities,
                                timeout.toMillis(),
                                joined
                                        ? "roll your transaction back and try it again"
                                        : "try again, or find out what keeps that transaction open"),
                cause);
        this.timeout = timeout;
    }

    /** How long it waited. */
    public Duration timeout() {
        return timeout;
    }
}
