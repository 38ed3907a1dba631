package io.daybook;

import io.daybook.event.Value;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What surrounds a change: what Daybook knows by itself, under what was said, which wins. The JSON is made once, not for every
 * event. Immutable.
 */
final class Surroundings {

    static final String APPLICATION = "application";
    static final String APPLICATION_VERSION = "application_version";
    static final String HOST = "host";
    static final String DATABASE_USER = "database_user";

    /** Nothing known and nothing said. */
    static final Surroundings NONE = new Surroundings(Map.of(), Map.of(), false);

    private final Map<String, Value> known;
    private final Map<String, Value> said;
    private final boolean complete;
    private final @Nullable String json;

    /** Of the user who joined last: nearly always the same one. */
    private volatile @Nullable Joined joined;

    private record Joined(String databaseUser, Surroundings surroundings) {}

    private Surroundings(Map<String, Value> known, Map<String, Value> said, boolean complete) {
        this.known = Map.copyOf(known);
        this.said = Map.copyOf(said);
        this.complete = complete;
        this.json = json(both(known, said));
    }

    /** What Daybook knows by itself. */
    static Surroundings known(Map<String, Value> known) {
        return new Surroundings(known, Map.of(), false);
    }

    /** The same, with these too; of two with one key the new one counts. */
    Surroundings with(Map<String, Value> more) {
        return new Surroundings(known, both(said, more), complete);
    }

    /** These and nothing else, whatever is known. */
    Surroundings only(Map<String, Value> all) {
        return new Surroundings(Map.of(), all, true);
    }

    /** These, and what was said outside of them. */
    Surroundings inside(Surroundings outer) {
        if (complete || this == outer || outer.said.isEmpty()) {
            return this;
        }
        return said.isEmpty() ? outer : new Surroundings(outer.known, both(outer.said, said), outer.complete);
    }

    /** Canonical JSON; null = there is nothing to say. */
    @Nullable
    String json() {
        return json;
    }

    /** The same, in a transaction that this user of the database has open. */
    Surroundings joinedBy(String databaseUser) {
        if (complete) {
            return this;
        }
        Joined last = joined;
        if (last == null || !last.databaseUser().equals(databaseUser)) {
            Map<String, Value> more = Map.of(DATABASE_USER, Value.of(databaseUser));
            last = new Joined(databaseUser, new Surroundings(both(known, more), said, false));
            joined = last;
        }
        return last.surroundings();
    }

    private static @Nullable String json(Map<String, Value> members) {
        return members.isEmpty() ? null : Value.object(members).json();
    }

    private static Map<String, Value> both(Map<String, Value> under, Map<String, Value> over) {
        Map<String, Value> both = new TreeMap<>(under);
        both.putAll(over);
        return both;
    }
}
