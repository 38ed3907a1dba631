package io.daybook.scenarios;

import io.daybook.event.EntityType;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tasks that belong together, with their data nodes: one case, one month, one what-if. */
public final class Scenario extends Subscribable<Scenario> {

    private static final String AUTHORIZED_TAGS = "authorized_tags";

    Scenario(Scenarios home, String id) {
        super(home, EntityType.SCENARIO, id);
    }

    @Override
    Scenario self() {
        return this;
    }

    /** Of which kind it is. */
    public String configId() {
        return stored().text("config_id");
    }

    /** What it is called; empty if it was not given a name. The name is a property. */
    public Optional<String> name() {
        return property("name").filter(name -> !name.isNull()).map(name -> name.as(String.class));
    }

    public void setName(String name) {
        setProperty("name", name);
    }

    /** When it was created, or was said to be. */
    public Instant creationDate() {
        return Instant.parse(stored().text("creation_date"));
    }

    public void setCreationDate(Instant date) {
        set("creation_date", date.toString());
    }

    /** The one that it belongs to; empty if its kind has no frequency. */
    public Optional<Cycle> cycle() {
        return stored().maybeText("cycle").map(cycle -> new Cycle(home, cycle));
    }

    /**
     * It belongs to another one.
     *
     * @param cycle null = none
     */
    public void setCycle(@Nullable Cycle cycle) {
        set("cycle", cycle == null ? null : cycle.id());
    }

    /** Whether it is the one that counts in its cycle. */
    public boolean isPrimary() {
        return stored().flag("is_primary");
    }

    /** Whether it is the one that counts in its cycle, whatever the others are: better use {@link #setPrimary()}. */
    public void setPrimary(boolean primary) {
        set("is_primary", primary);
    }

    /**
     * From now on it is the one that counts in its cycle, and the one that was is not any more.
     *
     * @throws DoesNotBelongToACycle if it has no cycle
     */
    public void setPrimary() {
        run(draft -> {
            Stored me = draft.get(type(), id());
            String cycle = me.maybeText("cycle").orElseThrow(() -> new DoesNotBelongToACycle(id()));
            for (Stored other : draft.related(Relation.SCENARIOS_OF_CYCLE, cycle)) {
                draft.restOn(other);
                if (!other.id().equals(id()) && other.flag("is_primary")) {
                    draft.set(type(), other.id(), "is_primary", false);
                }
            }
            draft.set(type(), id(), "is_primary", true);
        });
    }

    // --- tags --------------------------------------------------------------------------------------------------------

    /** Sorted, unmodifiable. */
    public Set<String> tags() {
        return Collections.unmodifiableSet(new TreeSet<>(stored().texts("tags")));
    }

    public boolean hasTag(String tag) {
        return tags().contains(tag);
    }

    /** Replaces its tags. @throws UnauthorizedTag if its kind has a list of tags, and one of these is not in it */
    public void setTags(Collection<String> tags) {
        run(draft -> {
            tags.forEach(tag -> refuseUnauthorized(draft, tag));
            draft.set(type(), id(), "tags", List.copyOf(new TreeSet<>(tags)));
        });
    }

    /** Adds a tag; other scenarios of the cycle keep theirs. @throws UnauthorizedTag if its kind has a list of tags without it */
    public void tag(String tag) {
        run(draft -> {
            refuseUnauthorized(draft, tag);
            Set<String> tags = new TreeSet<>(draft.get(type(), id()).texts("tags"));
            tags.add(tag);
            draft.set(type(), id(), "tags", List.copyOf(tags));
        });
    }

    /** Removes a tag; one that it does not have is no error. */
    public void untag(String tag) {
        run(draft -> {
            Set<String> tags = new TreeSet<>(draft.get(type(), id()).texts("tags"));
            tags.remove(tag);
            draft.set(type(), id(), "tags", List.copyOf(tags));
        });
    }

    private void refuseUnauthorized(Draft draft, String tag) {
        Object authorized = draft.get(type(), id()).map("properties").get(AUTHORIZED_TAGS);
        if (authorized instanceof List<?> list && !list.isEmpty() && !list.contains(tag)) {
            throw new UnauthorizedTag(
                    tag, id(), list.stream().map(String::valueOf).toList());
        }
    }

    // --- what it is made of ------------------------------------------------------------------------------------------

    /** In the order of its configuration. */
    public List<Task> tasks() {
        return stored().texts("tasks").stream().map(id -> new Task(home, id)).toList();
    }

    public void setTasks(Collection<Task> tasks) {
        set("tasks", tasks.stream().map(Entity::id).toList());
    }

    /** The task of that kind. @throws ModelNotFound if it has none */
    public Task task(String configId) {
        return tasks().stream()
                .filter(task -> task.exists() && task.configId().equals(configId))
                .findFirst()
                .orElseThrow(() -> new ModelNotFound(EntityType.TASK, "%s of %s".formatted(configId, id())));
    }

    /** Those that belong to it though no task of it reads or writes them. */
    public List<DataNode> additionalDataNodes() {
        return stored().texts("additional_data_nodes").stream()
                .map(id -> new DataNode(home, id))
                .toList();
    }

    public void setAdditionalDataNodes(Collection<DataNode> nodes) {
        set("additional_data_nodes", nodes.stream().map(Entity::id).toList());
    }

    /** Those of its tasks, inputs before outputs, then the additional ones; each once. */
    public List<DataNode> dataNodes() {
        return Stream.concat(
                        tasks().stream()
                                .filter(Entity::exists)
                                .flatMap(task -> Stream.concat(task.inputs().stream(), task.outputs().stream())),
                        additionalDataNodes().stream())
                .distinct()
                .toList();
    }

    /** The data node of that kind. @throws ModelNotFound if it has none */
    public DataNode dataNode(String configId) {
        return dataNodes().stream()
                .filter(node -> node.exists() && node.configId().equals(configId))
                .findFirst()
                .orElseThrow(() -> new ModelNotFound(EntityType.DATA_NODE, "%s of %s".formatted(configId, id())));
    }

    // --- sequences ---------------------------------------------------------------------------------------------------

    /** By name, in the order in which they were added. */
    public Map<String, Sequence> sequences() {
        Map<String, Sequence> sequences = new LinkedHashMap<>();
        home.core()
                .view()
                .related(Relation.SEQUENCES_OF_SCENARIO, id())
                .forEach(sequence -> sequences.put(sequence.text("name"), new Sequence(home, sequence.id())));
        return sequences;
    }

    /** The sequence of that name. @throws SequenceNotFound if it has none */
    public Sequence sequence(String name) {
        return new Sequence(
                home, Sequences.require(home.core().view(), id(), name).id());
    }

    /**
     * Adds a part of it that can be submitted by itself.
     *
     * @throws SequenceAlreadyExists if it has one of that name
     * @throws SequenceTaskDoesNotExistInScenario if one of the tasks is not its own
     */
    public Sequence addSequence(String name, Collection<Task> tasks) {
        return addSequence(name, tasks, Map.of());
    }

    /**
     * Adds a part of it that can be submitted by itself.
     *
     * @throws SequenceAlreadyExists if it has one of that name
     * @throws SequenceTaskDoesNotExistInScenario if one of the tasks is not its own
     */
    public Sequence addSequence(String name, Collection<Task> tasks, Map<String, ?> properties) {
        run(draft -> Sequences.add(draft, id(), name, ids(tasks), properties));
        return new Sequence(home, Sequences.id(name, id()));
    }

    /** Adds several, all or none. @throws SequenceAlreadyExists if it has one of them. @throws SequenceTaskDoesNotExistInScenario if a task is not its own */
    public void addSequences(Map<String, ? extends Collection<Task>> sequences) {
        run(draft -> sequences.forEach((name, tasks) -> Sequences.add(draft, id(), name, ids(tasks), Map.of())));
    }

    /**
     * All of its sequences: those that it has are of these tasks from now on, the others end or begin.
     *
     * @throws SequenceTaskDoesNotExistInScenario if one of the tasks is not its own
     */
    public void setSequences(Map<String, ? extends Collection<Task>> sequences) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        sequences.forEach((name, tasks) -> all.put(name, ids(tasks)));
        run(draft -> Sequences.setAll(draft, id(), all));
    }

    /**
     * A sequence is of other tasks.
     *
     * @param properties null = as they are
     * @throws SequenceNotFound if it has none of that name
     * @throws SequenceTaskDoesNotExistInScenario if one of the tasks is not its own
     */
    public void updateSequence(String name, Collection<Task> tasks, @Nullable Map<String, ?> properties) {
        run(draft -> Sequences.update(draft, id(), name, ids(tasks), properties));
    }

    /** A sequence gets another name, and so another id. @throws SequenceNotFound if it has none of that name. @throws SequenceAlreadyExists if it has one of the other name */
    public void renameSequence(String from, String to) {
        run(draft -> Sequences.rename(draft, id(), from, to));
    }

    /** A sequence ends; its tasks stay. @throws SequenceNotFound if it has none of that name */
    public void removeSequence(String name) {
        run(draft -> Sequences.remove(draft, id(), name));
    }

    /** Several end, all or none. @throws SequenceNotFound if it does not have one of them */
    public void removeSequences(Collection<String> names) {
        run(draft -> Sequences.removeAll(draft, id(), names));
    }

    private static List<String> ids(Collection<Task> tasks) {
        return tasks.stream().map(Entity::id).toList();
    }

    // --- what is done with it ----------------------------------------------------------------------------------------

    /** Another scenario like this one, with copies of the data. */
    public Scenario duplicate() {
        return duplicate(null, null, config -> true);
    }

    /**
     * Another scenario like this one, with tasks, data nodes and sequences of its own, but for those that both share.
     *
     * @param name null = that of this one
     * @param creationDate decides to which cycle it belongs; null = now
     * @param withData which data nodes, by their configuration ids, are copied with their data
     */
    public Scenario duplicate(@Nullable String name, @Nullable Instant creationDate, Predicate<String> withData) {
        return new Scenario(
                home,
                change(draft -> new Creation(home.core(), draft)
                        .duplicate(draft.get(type(), id()), name, creationDate, withData)));
    }
}
