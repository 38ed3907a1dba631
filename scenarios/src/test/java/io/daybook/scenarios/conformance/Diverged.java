package io.daybook.scenarios.conformance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What is known of Taipy's entities beside the traces' states: those of ours that are other than Taipy's since a step in which a kind was needed, until both are the same again. */
final class Diverged {

    private final Map<String, Kind> kinds = new HashMap<>();

    private final Map<String, Boolean> told = new HashMap<>();

    private final List<Told> ahead = new ArrayList<>();

    void addAhead(List<Told> events) {
        ahead.addAll(events);
    }

    /** Whether we have told something like that in an earlier step, where Taipy had not. */
    boolean isTold(Predicate<Told> wanted) {
        return ahead.stream().anyMatch(wanted);
    }

    /** What Taipy has told last of whether it can be submitted; null = nothing. */
    Boolean told(String id) {
        return told.get(id);
    }

    void tell(String id, boolean submittable) {
        told.put(id, submittable);
    }

    void add(Map<String, Kind> touched) {
        touched.forEach(kinds::putIfAbsent);
    }

    void add(String id, Kind kind) {
        kinds.putIfAbsent(id, kind);
    }

    /** Null if it is as Taipy's. */
    Kind by(String id) {
        return id == null ? null : kinds.get(id);
    }

    /** What is compared of an entity is the same again; what a batch left otherwise can be in its properties, which are not compared. */
    void met(String id) {
        if (kinds.get(id) != Kind.ALL_OR_NOTHING) {
            kinds.remove(id);
        }
    }
}
