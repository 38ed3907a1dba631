package io.daybook.event;

import org.jspecify.annotations.Nullable;

/** A value was asked for as a type that its JSON does not fit. */
public final class ValueMismatch extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final Class<?> type;

    ValueMismatch(Class<?> type, String why, @Nullable Throwable cause) {
        super(
                "The value is no %s: %s. Ask for another type, or look at json().".formatted(type.getSimpleName(), why),
                cause);
        this.type = type;
    }

    public Class<?> type() {
        return type;
    }
}
