package io.daybook.event;

import org.jspecify.annotations.Nullable;

/**
 * Root of everything that Daybook throws on purpose. Each subclass names one fact, keeps what it knows as fields, and
 * says in its message what was expected, what was found, and what to do now.
 */
public class DaybookException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public DaybookException(String message) {
        super(message);
    }

    public DaybookException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
