package io.daybook.repository;

import io.daybook.event.DaybookException;
import org.jspecify.annotations.Nullable;

/** A class cannot be an entity as it was said, or something was asked of an attribute that it does not have. Correct the mapping or the name. */
public final class InvalidMapping extends DaybookException {

    private static final long serialVersionUID = 1L;

    InvalidMapping(String message) {
        super(message);
    }

    InvalidMapping(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
