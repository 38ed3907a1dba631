package io.daybook.notifier;

import io.daybook.event.Operation;
import java.sql.Connection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what is done to a registration: an event of entity type {@code daybook.registration}, whose id is the registration's
 * name, in the transaction that does it.
 */
@FunctionalInterface
public interface Recorder {

    /**
     * Appends the event.
     *
     * @param about what there is to say, one member each
     */
    void record(
            Connection connection,
            String registration,
            Operation operation,
            @Nullable String actor,
            @Nullable String reason,
            Map<String, ?> about);
}
