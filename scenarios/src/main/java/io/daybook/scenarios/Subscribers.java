package io.daybook.scenarios;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The callbacks of this process that scenarios and sequences can name: the names are kept, the code is the application's. Thread-safe. */
final class Subscribers {

    private final Map<String, JobCallback> callbacks = new ConcurrentHashMap<>();

    void put(String name, JobCallback callback) {
        callbacks.put(name, callback);
    }

    Optional<JobCallback> find(String name) {
        return Optional.ofNullable(callbacks.get(name));
    }
}
