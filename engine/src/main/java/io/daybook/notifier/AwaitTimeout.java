package io.daybook.notifier;

import io.daybook.event.DaybookException;
import java.time.Duration;

/** What was waited for did not happen in time. It may still happen. */
public final class AwaitTimeout extends DaybookException {

    private static final long serialVersionUID = 1L;

    AwaitTimeout(String what, Duration timeout) {
        super("%s within %d ms. It may still happen; wait longer, or look why nothing moves."
                .formatted(what, timeout.toMillis()));
    }
}
