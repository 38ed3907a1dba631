package io.daybook;

import io.daybook.database.Database;
import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes entities known that were there before Daybook: each gets a CREATION with the attributes that it has now, marked as a baseline in its
 * metadata. An entity that was ever created in Daybook is left alone, deleted ones too, so a baseline may be taken again after a crash.
 *
 * <pre>{@code
 * try (Baseline baseline = daybook.baseline(daybook.as("migration"));
 *     ResultSet rows = statement.executeQuery("select id, name, city from customers")) {
 *   while (rows.next()) {
 *     baseline.add("customer", rows.getString(1), Map.of("name", rows.getString(2), "city", rows.getString(3)));
 *   }
 *   baseline.finish();
 * }
 * }</pre>
 *
 * <p>Appends in units of work of some hundred entities. Belongs to one thread.
 */
public final class Baseline implements AutoCloseable {

    /** The member of the metadata that marks the CREATION of a baseline; its value is {@code true}. */
    public static final String METADATA_KEY = "baseline";

    private static final int BATCH = 500;
    private static final long BATCH_CHARACTERS = 4 << 20;

    /**
     * What it did.
     *
     * @param created entities that are known now
     * @param leftAlone entities that Daybook knew already, or that were added twice
     */
    public record Result(long created, long leftAlone) {}

    private final Database database;
    private final Newest newest;
    private final UnitOfWork unit;
    private final long maxValueBytes;
    private final Map<EntityRef, Change> batch = new LinkedHashMap<>();
    private long characters;
    private long created;
    private long leftAlone;
    private boolean over;

    Baseline(Database database, UnitOfWork unit, long maxValueBytes) {
        if (unit.isOnce()) {
            throw new IllegalArgumentException(
                    "A baseline is many units of work, and a key stands for one. Leave once out; entities that are there are left alone anyway.");
        }
        this.database = database;
        this.newest = new Newest(database);
        this.unit = unit;
        this.maxValueBytes = maxValueBytes;
    }

    /**
     * An entity with its attributes as they are now. It is appended some time later, at the latest by {@link #finish}.
     *
     * @param attributes a map, record or bean
     * @throws InvalidEvent if type, id or attributes cannot be kept
     * @throws ValueTooLarge if the attributes are larger than this daybook keeps
     */
    public void add(String entityType, String entityId, Object attributes) {
        add(Change.create(entityType, entityId).attributes(attributes));
    }

    /**
     * The long form: a CREATION, with metadata and the time when the entity came to be, if they are known. Without one it is the time of
     * the append.
     *
     * @throws InvalidEvent if it is no CREATION, is about one of Daybook's own entities, or its metadata have {@link #METADATA_KEY}
     * @throws ValueTooLarge if the attributes or metadata are larger than this daybook keeps
     * @throws IllegalStateException after {@link #finish} or {@link #close}
     */
    public void add(Change creation) {
        refuseIfOver();
        if (!creation.operation().equals(Operation.CREATION)) {
            throw new InvalidEvent("A baseline has nothing but CREATION, found %s.".formatted(creation));
        }
        Change marked = marked(creation);
        new Unit(maxValueBytes).add(marked);
        if (batch.putIfAbsent(marked.entity(), marked) != null) {
            leftAlone++;
            return;
        }
        characters += characters(marked.value()) + characters(marked.metadata());
        if (batch.size() >= BATCH || characters >= BATCH_CHARACTERS) {
            append();
        }
    }

    private static long characters(Optional<Value> content) {
        return content.map(value -> value.json().length()).orElse(0);
    }

    private static Change marked(Change creation) {
        Map<String, Object> metadata =
                new LinkedHashMap<>(creation.metadata().map(Value::members).orElse(Map.of()));
        if (metadata.put(METADATA_KEY, true) != null) {
            throw new InvalidEvent("The metadata of %s have \"%s\", which is what marks a baseline; name it otherwise."
                    .formatted(creation, METADATA_KEY));
        }
        return creation.metadata(metadata);
    }

    /**
     * Appends what is left.
     *
     * @return what was done in all
     * @throws OutcomeUnknown if the connection broke during a commit; take the baseline again
     * @throws AppendTimeout if another transaction with one of the entities stays open; take the baseline again
     */
    public Result finish() {
        refuseIfOver();
        append();
        over = true;
        return new Result(created, leftAlone);
    }

    private void refuseIfOver() {
        if (over) {
            throw new IllegalStateException("This baseline is over. Begin a new one; what is there is left alone.");
        }
    }

    /**
     * Looks first, and appends only where nothing came in between: an entity that somebody creates or deletes at the same time has a version
     * more than was seen, and all are looked at again.
     */
    private void append() {
        boolean again = !batch.isEmpty();
        while (again) {
            Map<EntityRef, Newest.Found> found = database.transaction(
                    "Looking which entities of a baseline are there", c -> newest.of(c, batch.keySet()));
            try {
                unit.transact(tx -> batch.values().stream()
                        .filter(change -> isAbsent(found.get(change.entity())))
                        .forEach(change -> tx.append(change.expecting(versionOf(found.get(change.entity()))))));
                long absent = batch.keySet().stream()
                        .filter(entity -> isAbsent(found.get(entity)))
                        .count();
                created += absent;
                leftAlone += batch.size() - absent;
                again = false;
            } catch (VersionConflict e) {
                again = true;
            }
        }
        batch.clear();
        characters = 0;
    }

    /** An entity of which only acts are known was never created. */
    private static boolean isAbsent(Newest.@org.jspecify.annotations.Nullable Found found) {
        return found == null || found.life() == Unit.Life.ABSENT;
    }

    private static long versionOf(Newest.@org.jspecify.annotations.Nullable Found found) {
        return found == null ? 0 : found.version();
    }

    /** What {@link #finish} has not appended is not appended. Twice is the same as once. */
    @Override
    public void close() {
        over = true;
    }
}
