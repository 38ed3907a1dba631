package io.daybook.event;

import org.jspecify.annotations.Nullable;

/**
 * What was to be said is not a legal event: a name that is too long or has characters that no database keeps, a value
 * that is not JSON, an operation that does not fit. Nothing was written; correct the change and say it again.
 */
public class InvalidEvent extends DaybookException {

    private static final long serialVersionUID = 1L;

    public InvalidEvent(String message) {
        super(message);
    }

    public InvalidEvent(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
