package io.daybook.scenarios.config;

import io.daybook.event.Value;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A kind of data node. Immutable: each method answers a new one.
 *
 * <pre>{@code
 * DataNodeConfig.of("sales").scope(Scope.CYCLE).storage(Storage.csv(Path.of("data")))
 * }</pre>
 *
 * @param id unique among the data nodes of a configuration
 * @param scope who shares one; {@link Scope#SCENARIO} if nothing is said
 * @param storage where its data is; in the event log if nothing is said
 * @param defaultData written when it is created; null = nothing is
 * @param validityPeriod how long its data is good after it was written; null = for ever
 * @param properties what the application wants to say about it
 */
public record DataNodeConfig(
        String id,
        Scope scope,
        Storage storage,
        @Nullable Value defaultData,
        @Nullable Duration validityPeriod,
        Map<String, Value> properties) {

    /** Refuses names and periods that make no sense. */
    public DataNodeConfig {
        Names.check("data node", id);
        if (validityPeriod != null && (validityPeriod.isNegative() || validityPeriod.isZero())) {
            throw new InvalidConfiguration(
                    "Data node %s is valid for %s: that must be more than nothing.".formatted(id, validityPeriod));
        }
        properties = Map.copyOf(properties);
    }

    /** One for each scenario, with its data in the event log. @throws InvalidConfiguration if that is no name */
    public static DataNodeConfig of(String id) {
        return new DataNodeConfig(id, Scope.SCENARIO, Storage.log(), null, null, Map.of());
    }

    /** The same, shared like that. */
    public DataNodeConfig scope(Scope newScope) {
        return new DataNodeConfig(id, newScope, storage, defaultData, validityPeriod, properties);
    }

    /** The same, kept there. */
    public DataNodeConfig storage(Storage newStorage) {
        return new DataNodeConfig(id, scope, newStorage, defaultData, validityPeriod, properties);
    }

    /** The same, with that written when it is created. @throws io.daybook.event.InvalidEvent if it has no JSON form */
    public DataNodeConfig defaultData(@Nullable Object data) {
        return new DataNodeConfig(id, scope, storage, Value.of(data), validityPeriod, properties);
    }

    /** The same, with data that is good for so long after it was written. @throws InvalidConfiguration if that is not positive */
    public DataNodeConfig validFor(Duration period) {
        return new DataNodeConfig(id, scope, storage, defaultData, period, properties);
    }

    /** The same, with that property. @throws io.daybook.event.InvalidEvent if it has no JSON form */
    public DataNodeConfig property(String name, @Nullable Object value) {
        Map<String, Value> more = new LinkedHashMap<>(properties);
        more.put(name, Value.of(value));
        return new DataNodeConfig(id, scope, storage, defaultData, validityPeriod, more);
    }
}
