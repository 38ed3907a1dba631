package io.daybook.ledger;

import io.daybook.event.Value;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The members of contexts that were read lately. Nearly every event has one, and most have the same few (an application, a host), so that
 * reading their JSON again for every event would cost more than all the rest of it. Bounded; thread-safe.
 */
final class StoredContexts {

    /** A power of two. */
    private static final int PLACES = 64;

    /** In characters: longer ones are rare, and not worth the memory. */
    private static final int LONGEST = 2_000;

    private record Read(String json, Map<String, Value> members) {}

    /** Each text has one place by its hash, where the last one stays. */
    private final AtomicReferenceArray<@Nullable Read> places = new AtomicReferenceArray<>(PLACES);

    /** The members of a stored JSON object, unmodifiable. */
    Map<String, Value> members(String json) {
        int hash = json.hashCode();
        int place = (hash ^ (hash >>> 16)) & (PLACES - 1);
        Read last = places.get(place);
        if (last != null && last.json().equals(json)) {
            return last.members();
        }
        // A copy of the kind that an event keeps as it is.
        Map<String, Value> members = Map.copyOf(Value.stored(json).members());
        if (json.length() <= LONGEST) {
            places.set(place, new Read(json, members));
        }
        return members;
    }
}
