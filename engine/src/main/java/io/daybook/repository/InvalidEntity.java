package io.daybook.repository;

import io.daybook.event.DaybookException;
import org.jspecify.annotations.Nullable;

/**
 * An entity cannot be written as it is: it has no id, not the id that it was loaded with, or a value that would not come back as it is.
 * Nothing was written; correct the entity or its class.
 */
public final class InvalidEntity extends DaybookException {

    private static final long serialVersionUID = 1L;

    InvalidEntity(String message) {
        super(message);
    }

    InvalidEntity(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
