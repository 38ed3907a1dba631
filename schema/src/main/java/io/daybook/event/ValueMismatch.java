package io.daybook.event;

import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** A value was asked for as a type that its JSON does not fit. */
public final class ValueMismatch extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final transient Type type;

    /** @param path where in it; empty = it as a whole */
    ValueMismatch(Type type, Value value, @Nullable String path) {
        super("The value, a %s, is no %s%s. Ask for another type, or look at json()."
                .formatted(value, name(type), path == null || path.isEmpty() ? "" : " at " + path));
        this.type = type;
    }

    private static String name(Type type) {
        return type instanceof Class<?> raw ? raw.getSimpleName() : type.getTypeName();
    }

    public Type type() {
        return type;
    }
}
