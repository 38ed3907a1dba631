package io.daybook.scenarios;

import java.time.Duration;

/** What was waited for did not come in time. It goes on all the same. */
public final class WaitTimeout extends ScenarioException {

    private static final long serialVersionUID = 1L;

    WaitTimeout(String what, Duration timeout) {
        super("%s is not finished after %s ms. It goes on; wait again, or cancel it."
                .formatted(what, timeout.toMillis()));
    }
}
