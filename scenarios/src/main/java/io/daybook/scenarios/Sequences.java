package io.daybook.scenarios;

import io.daybook.event.EntityType;
import io.daybook.event.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sequences of scenarios. Each is an entity of its own, and a member of the attribute {@code sequences} of its scenario, as in Taipy; both
 * always say the same (FEATURES §5; traces g, m).
 */
final class Sequences {

    private static final String SEQUENCES = "sequences";

    private Sequences() {}

    static String id(String name, String scenario) {
        return "SEQUENCE_%s_%s".formatted(name, scenario);
    }

    static void add(Draft draft, String scenario, String name, List<String> tasks, Map<String, ?> properties) {
        Stored owner = draft.get(EntityType.SCENARIO, scenario);
        Map<String, @Nullable Object> all = owner.map(SEQUENCES);
        if (all.containsKey(name)) {
            throw new SequenceAlreadyExists(name, scenario);
        }
        refuseForeign(owner, name, tasks);
        all.put(name, member(tasks, properties, List.of()));
        tell(draft, scenario, all);
        create(draft, scenario, name, tasks, properties, List.of());
    }

    static void create(
            Draft draft,
            String scenario,
            String name,
            List<String> tasks,
            Map<String, ?> properties,
            List<?> subscribers) {
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
        attributes.put("owner_id", scenario);
        attributes.put("name", name);
        attributes.put("tasks", tasks);
        attributes.put("properties", Stored.copy(properties));
        attributes.put("subscribers", subscribers);
        attributes.put("is_submittable", areReady(draft, tasks));
        draft.create(EntityType.SEQUENCE, id(name, scenario), attributes);
    }

    private static boolean areReady(Draft draft, List<String> tasks) {
        return tasks.stream()
                .flatMap(task -> draft.find(EntityType.TASK, task).stream())
                .flatMap(task -> task.texts("inputs").stream())
                .filter(node -> tasks.stream()
                        .flatMap(task -> draft.find(EntityType.TASK, task).stream())
                        .noneMatch(task -> task.texts("outputs").contains(node)))
                .allMatch(node -> Readiness.isReady(draft, node));
    }

    static void update(
            Draft draft, String scenario, String name, List<String> tasks, @Nullable Map<String, ?> properties) {
        Stored owner = draft.get(EntityType.SCENARIO, scenario);
        String sequence = require(draft, scenario, name).id();
        refuseForeign(owner, name, tasks);
        Map<String, @Nullable Object> now = new LinkedHashMap<>(
                properties == null ? draft.get(EntityType.SEQUENCE, sequence).map("properties") : properties);
        if (properties != null) {
            now.put("name", name);
        }
        Map<String, @Nullable Object> all = owner.map(SEQUENCES);
        all.put(
                name,
                member(tasks, now, draft.get(EntityType.SEQUENCE, sequence).list("subscribers")));
        tell(draft, scenario, all);
        draft.touch(EntityType.SEQUENCE, sequence);
        setIfOther(draft, sequence, "tasks", tasks);
        setIfOther(draft, sequence, "properties", now);
        Readiness.check(draft, EntityType.SEQUENCE, sequence);
    }

    private static void setIfOther(Draft draft, String sequence, String attribute, Object value) {
        if (!Value.of(value)
                .equals(Value.of(draft.get(EntityType.SEQUENCE, sequence).get(attribute)))) {
            draft.set(EntityType.SEQUENCE, sequence, attribute, value);
        }
    }

    /** Those that it has are of other tasks, or end; those that it does not have begin. */
    static void setAll(Draft draft, String scenario, Map<String, List<String>> sequences) {
        Stored owner = draft.get(EntityType.SCENARIO, scenario);
        sequences.forEach((name, tasks) -> refuseForeign(owner, name, tasks));
        Map<String, @Nullable Object> before = owner.map(SEQUENCES);
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        sequences.forEach((name, tasks) -> {
            Map<String, @Nullable Object> was = Stored.asMap(before.get(name));
            all.put(
                    name,
                    member(
                            tasks,
                            Stored.asMap(was.get("properties")),
                            was.get("subscribers") instanceof List<?> subscribers ? subscribers : List.of()));
        });
        tell(draft, scenario, all);
        for (String name : before.keySet()) {
            if (!sequences.containsKey(name)) {
                draft.delete(EntityType.SEQUENCE, id(name, scenario), Map.of());
            }
        }
        sequences.forEach((name, tasks) -> {
            if (before.containsKey(name)) {
                setIfOther(draft, id(name, scenario), "tasks", tasks);
                Readiness.check(draft, EntityType.SEQUENCE, id(name, scenario));
            } else {
                create(draft, scenario, name, tasks, Map.of(), List.of());
            }
        });
    }

    static void remove(Draft draft, String scenario, String name) {
        String sequence = require(draft, scenario, name).id();
        tellWithout(draft, scenario, List.of(name));
        draft.delete(EntityType.SEQUENCE, sequence, Map.of());
    }

    static void removeAll(Draft draft, String scenario, Collection<String> names) {
        for (String name : names) {
            draft.delete(EntityType.SEQUENCE, require(draft, scenario, name).id(), Map.of());
        }
        tellWithout(draft, scenario, names);
    }

    /** The id of a sequence has its name in it: so the old one ends, and one of the new name begins. */
    static void rename(Draft draft, String scenario, String from, String to) {
        Stored sequence = require(draft, scenario, from);
        Map<String, @Nullable Object> all =
                draft.get(EntityType.SCENARIO, scenario).map(SEQUENCES);
        if (all.containsKey(to)) {
            throw new SequenceAlreadyExists(to, scenario);
        }
        all.remove(from);
        Map<String, @Nullable Object> properties = sequence.map("properties");
        properties.computeIfPresent("name", (name, old) -> to);
        all.put(to, member(sequence.texts("tasks"), properties, sequence.list("subscribers")));
        tell(draft, scenario, all);
        // Taipy says so twice, the second time without its metadata.
        draft.setWithoutMetadata(EntityType.SCENARIO, scenario, SEQUENCES, Collections.unmodifiableMap(all));
        draft.delete(EntityType.SEQUENCE, sequence.id(), Map.of());
        create(draft, scenario, to, sequence.texts("tasks"), properties, sequence.list("subscribers"));
    }

    /** A sequence was changed by itself: its scenario follows. */
    static void tellScenario(Draft draft, String sequence) {
        Stored stored = draft.get(EntityType.SEQUENCE, sequence);
        String scenario = stored.text("owner_id");
        Map<String, @Nullable Object> all =
                draft.get(EntityType.SCENARIO, scenario).map(SEQUENCES);
        Object member = member(stored.texts("tasks"), stored.map("properties"), stored.list("subscribers"));
        Object before = all.put(stored.text("name"), member);
        if (!Value.of(member).equals(Value.of(before))) {
            tell(draft, scenario, all);
        }
    }

    static void tellWithout(Draft draft, String scenario, Collection<String> names) {
        Map<String, @Nullable Object> all =
                draft.get(EntityType.SCENARIO, scenario).map(SEQUENCES);
        names.forEach(all::remove);
        tell(draft, scenario, all);
    }

    private static void tell(Draft draft, String scenario, Map<String, @Nullable Object> all) {
        draft.set(EntityType.SCENARIO, scenario, SEQUENCES, Collections.unmodifiableMap(all));
    }

    static Stored require(View view, String scenario, String name) {
        view.get(EntityType.SCENARIO, scenario);
        return view.find(EntityType.SEQUENCE, id(name, scenario))
                .orElseThrow(() -> new SequenceNotFound(name, scenario));
    }

    /** What the scenario says of a sequence. */
    static Map<String, Object> member(List<String> tasks, Map<String, ?> properties, List<?> subscribers) {
        Map<String, Object> member = new LinkedHashMap<>();
        member.put("tasks", tasks);
        member.put("properties", Stored.copy(properties));
        member.put("subscribers", subscribers);
        return member;
    }

    private static void refuseForeign(Stored scenario, String name, List<String> tasks) {
        List<String> foreign = new ArrayList<>(tasks);
        foreign.removeAll(scenario.texts("tasks"));
        if (!foreign.isEmpty()) {
            throw new SequenceTaskDoesNotExistInScenario(foreign, name, scenario.id());
        }
    }
}
