package io.daybook.event;

import org.jspecify.annotations.Nullable;

/** A value was asked for as a type that its JSON does not fit. */
public final class ValueMismatch extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final Class<?> type;

    /** @param path where in it; empty = it as a whole */
    ValueMismatch(Class<?> type, Value value, @Nullable String path) {
        super("The value, a %s, is no %s%s. Ask for another type, or look at json()."
                .formatted(value, type.getSimpleName(), path == null || path.isEmpty() ? "" : " at " + path));
        this.type = type;
    }

    public Class<?> type() {
        return type;
    }
}
