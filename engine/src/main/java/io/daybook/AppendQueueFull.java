package io.daybook;

import io.daybook.event.DaybookException;
import java.time.Duration;

/** Too much waits to be appended already, and no room was made within the append timeout. Nothing was written. */
public final class AppendQueueFull extends DaybookException {

    private static final long serialVersionUID = 1L;

    AppendQueueFull(String entities, int waiting, Duration timeout) {
        super(
                "%,d units of work wait to be appended already, and for %s no room was made within %d ms. Nothing of it was written; wait for some of the results before you say more."
                        .formatted(waiting, entities, timeout.toMillis()));
    }
}
