package io.daybook.scenarios;

import io.daybook.event.DaybookException;
import org.jspecify.annotations.Nullable;

/** Something that scenarios refuse, or cannot do. Nothing was written, unless the message says otherwise. */
public abstract class ScenarioException extends DaybookException {

    private static final long serialVersionUID = 1L;

    ScenarioException(String message) {
        super(message);
    }

    ScenarioException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
