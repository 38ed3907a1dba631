package io.daybook.repository;

import io.daybook.event.Value;
import java.util.Optional;

/**
 * One attribute that is not what it was.
 *
 * @param attribute its name in the log, of the schema version that the class has
 * @param sensitive whether its values are not for everybody's eyes
 * @param from what it was; empty = the entity did not exist (an attribute that is null or missing is JSON null)
 * @param to what it is; empty = the entity does not exist
 */
public record AttributeDifference(String attribute, boolean sensitive, Optional<Value> from, Optional<Value> to) {

    /** {@code status: JSON text -> JSON null}. The values are not shown, this gets into logs; see {@link #from} and {@link #to}. */
    @Override
    public String toString() {
        return "%s: %s -> %s".formatted(attribute, shown(from), shown(to));
    }

    private static String shown(Optional<Value> value) {
        return value.map(Value::toString).orElse("nothing");
    }
}
