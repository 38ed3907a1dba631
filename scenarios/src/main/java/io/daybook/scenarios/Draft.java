package io.daybook.scenarios;

import io.daybook.Tx;
import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.event.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A unit of work while it is made: what it says, and the entities as that leaves them. Everything that it changes, and everything that it was
 * told to {@link #restOn}, must still be of the version that it saw when it is committed. Belongs to one thread.
 */
final class Draft implements View {

    private final World world;
    private final String version;
    private final BiConsumer<Draft, String> jobListener;
    private final Map<EntityRef, @Nullable Stored> touched = new LinkedHashMap<>();
    private final Map<EntityRef, Long> seen = new HashMap<>();
    private final List<Change> changes = new ArrayList<>();
    private final Map<EntityRef, Object> data = new HashMap<>();
    private final Set<String> readyNodes = new LinkedHashSet<>();
    private final List<Runnable> afterCommit = new ArrayList<>();
    private long order = Long.MAX_VALUE / 2;
    private @Nullable Throwable failure;

    /**
     * @param version of the application, for the metadata of events
     * @param jobListener told of each job that gets a status
     */
    Draft(World world, String version, BiConsumer<Draft, String> jobListener) {
        this.world = world;
        this.version = version;
        this.jobListener = jobListener;
    }

    // --- what it sees ------------------------------------------------------------------------------------------------

    /** Whoever asks for an entity decides by it: what was found must still be so when this is committed. */
    @Override
    public Optional<Stored> find(EntityRef ref) {
        if (touched.containsKey(ref)) {
            return Optional.ofNullable(touched.get(ref));
        }
        Optional<Stored> found = world.find(ref);
        found.ifPresent(entity -> restOn(entity));
        return found;
    }

    @Override
    public List<Stored> all(EntityType type) {
        return merged(
                world.all(type),
                touched.values().stream()
                        .filter(entity -> entity != null && entity.ref().type().equals(type)));
    }

    @Override
    public List<Stored> related(Relation relation, String id) {
        return merged(
                world.related(relation, id),
                touched.values().stream()
                        .filter(entity -> entity != null
                                && entity.ref().type().equals(relation.from())
                                && relation.targets(entity).contains(id)));
    }

    private List<Stored> merged(List<Stored> committed, Stream<@Nullable Stored> here) {
        return Stream.concat(committed.stream().filter(entity -> !touched.containsKey(entity.ref())), here)
                .sorted(Comparator.comparingLong(Stored::order))
                .toList();
    }

    /** The data that this unit of work itself gives that data node; null = it does not. */
    @Nullable
    Object data(EntityRef ref) {
        return data.get(ref);
    }

    // --- what it says ------------------------------------------------------------------------------------------------

    void create(EntityType type, String id, Map<String, @Nullable Object> attributes) {
        EntityRef ref = new EntityRef(type, id);
        see(ref);
        Stored created = Stored.created(ref, order++, 0, attributes);
        // The change first: if its value cannot be kept it throws, and nothing is as if it had been said.
        Change change =
                Change.create(type.name(), id).attributes(attributes).metadata(Metadata.of(created, this, version));
        touched.put(ref, created);
        changes.add(change);
        keepData(ref, attributes);
    }

    void set(EntityType type, String id, String attribute, @Nullable Object value) {
        set(type, id, attribute, value, Map.of());
    }

    /** @param more metadata, in addition to what events of that entity have anyway */
    void set(EntityType type, String id, String attribute, @Nullable Object value, Map<String, ?> more) {
        Stored before = get(type, id);
        Stored after = before.with(attribute, value, before.version());
        Map<String, @Nullable Object> metadata = new LinkedHashMap<>(Metadata.of(after, this, version));
        metadata.putAll(more);
        say(
                after,
                attribute,
                value,
                Change.update(type.name(), id).attribute(attribute, value).metadata(metadata));
    }

    void setWithoutMetadata(EntityType type, String id, String attribute, @Nullable Object value) {
        Stored before = get(type, id);
        Stored after = before.with(attribute, value, before.version());
        say(after, attribute, value, Change.update(type.name(), id).attribute(attribute, value));
    }

    private void say(Stored after, String attribute, @Nullable Object value, Change change) {
        see(after.ref());
        touched.put(after.ref(), after);
        changes.add(change);
        if (attribute.equals(Stored.DATA)) {
            data.put(after.ref(), Value.of(value));
        }
    }

    private void keepData(EntityRef ref, Map<String, @Nullable Object> attributes) {
        Object value = attributes.get(Stored.DATA);
        if (value != null) {
            data.put(ref, value);
        }
    }

    /** Says that something about the entity as a whole was changed. */
    void touch(EntityType type, String id) {
        Stored entity = get(type, id);
        see(entity.ref());
        touched.put(entity.ref(), entity);
        changes.add(Change.update(type.name(), id).metadata(Metadata.of(entity, this, version)));
    }

    void submit(EntityType type, String id) {
        Stored entity = get(type, id);
        see(entity.ref());
        touched.put(entity.ref(), entity);
        changes.add(Change.submit(type.name(), id).metadata(Metadata.of(entity, this, version)));
    }

    void delete(EntityType type, String id, Map<String, ?> metadata) {
        EntityRef ref = get(type, id).ref();
        see(ref);
        touched.put(ref, null);
        changes.add(Change.delete(type.name(), id).metadata(metadata));
    }

    /** What is decided holds only as long as that entity, one of many that were looked through, is as it was seen. */
    void restOn(Stored entity) {
        see(entity.ref());
    }

    private void see(EntityRef ref) {
        seen.computeIfAbsent(ref, r -> world.find(r).map(Stored::version).orElse(0L));
    }

    /** A data node that was written or unlocked: jobs may have waited for it. */
    void mayBeReady(String dataNode) {
        readyNodes.add(dataNode);
    }

    /** Those, and forgets them. */
    List<String> takeReadyNodes() {
        List<String> nodes = List.copyOf(readyNodes);
        readyNodes.clear();
        return nodes;
    }

    /** A job got a status. */
    void jobChanged(String job) {
        jobListener.accept(this, job);
    }

    /** Run by the thread that commits, when it has. */
    void afterCommit(Runnable work) {
        afterCommit.add(work);
    }

    List<Runnable> afterCommit() {
        return afterCommit;
    }

    // --- the commit --------------------------------------------------------------------------------------------------

    boolean isEmpty() {
        return changes.isEmpty();
    }

    /** How many changes were said so far. */
    int size() {
        return changes.size();
    }

    /** A part of this failed after it had said something: whoever caught that, the rest of the part is missing, and nothing can be committed. */
    void fail(Throwable why) {
        if (failure == null) {
            failure = why;
        }
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    void say(Tx tx) {
        // An entity that was deleted has versions still: what begins again under its id cannot know them here.
        seen.forEach((ref, at) -> {
            if (at > 0) {
                tx.expect(ref.type().name(), ref.id(), at);
            }
        });
        changes.forEach(tx::append);
    }

    /** What was committed becomes what is known. */
    void accept(Receipt receipt) {
        Map<EntityRef, Long> versions = new HashMap<>();
        Map<EntityRef, Long> dataVersions = new HashMap<>();
        for (int i = 0; i < changes.size(); i++) {
            Receipt.Appended appended = receipt.events().get(i);
            versions.put(appended.entity(), appended.version());
            if (saysData(changes.get(i))) {
                dataVersions.put(appended.entity(), appended.version());
            }
        }
        touched.forEach((ref, entity) -> {
            long at = Objects.requireNonNull(versions.get(ref));
            if (entity == null) {
                world.end(ref, at);
            } else {
                world.put(new Stored(
                        ref,
                        entity.order(),
                        at,
                        dataVersions.getOrDefault(ref, entity.dataVersion()),
                        entity.attributes()));
            }
        });
    }

    private boolean saysData(Change change) {
        return change.attributeName().map(Stored.DATA::equals).orElse(false)
                || (change.operation().equals(Operation.CREATION)
                        && change.value()
                                .map(value -> value.members().containsKey(Stored.DATA))
                                .orElse(false));
    }
}
