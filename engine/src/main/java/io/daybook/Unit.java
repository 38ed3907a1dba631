package io.daybook;

import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one unit of work, collected and checked against each other. What they ask of the database is reduced to one
 * requirement per entity, on what it is before the unit: all that is left to check is one look at its newest event.
 */
final class Unit {

    /** What must be true of an entity before the unit. */
    enum Requirement {
        /** Created and not deleted: it is changed or deleted first. */
        ALIVE,
        /** Not there: it is created first. */
        NOT_ALIVE,
        /** The unit only records acts. */
        ANY
    }

    /** What an entity is before or within the unit. */
    enum Life {
        ABSENT,
        ALIVE,
        DELETED
    }

    /** An entity that the unit changes, or whose version it rests on; {@code number} counts from 1. */
    static final class Touched {
        final EntityRef entity;
        final int number;
        Requirement requirement = Requirement.ANY;

        @Nullable
        Long expectedVersion;

        @Nullable
        Life life;

        int changes;

        Touched(EntityRef entity, int number) {
            this.entity = entity;
            this.number = number;
        }
    }

    /** A change; {@code place} counts the changes of its entity from 1. */
    record Placed(Change change, Touched touched, int place) {}

    private final long maxValueBytes;
    private final boolean own;
    private final Map<EntityRef, Touched> entities = new LinkedHashMap<>();
    private final List<Placed> changes = new ArrayList<>();

    Unit(long maxValueBytes) {
        this(maxValueBytes, false);
    }

    /** @param own whether Daybook itself speaks, of entities that are its own */
    Unit(long maxValueBytes, boolean own) {
        this.maxValueBytes = maxValueBytes;
        this.own = own;
    }

    /**
     * @throws InvalidEvent if the change is not one that an application may make, or contradicts an earlier one of the unit
     * @throws ValueTooLarge if its value or metadata are
     * @throws EntityExists if it creates what the unit itself has left alive
     * @throws EntityDeleted if it changes what the unit itself has deleted
     */
    void add(Change change) {
        EntityRef entity = change.entity();
        if (entity.type().isReserved() && !own) {
            throw new InvalidEvent(
                    "Events of %s are Daybook's own; an application cannot append them.".formatted(entity.type()));
        }
        checkSize(change, "value", change.value(), maxValueBytes);
        checkSize(change, "metadata", change.metadata(), maxValueBytes);
        Touched touched = touched(entity);
        change.expectedVersion().ifPresent(version -> expect(touched, version));
        live(change, touched);
        touched.changes++;
        changes.add(new Placed(change, touched, touched.changes));
    }

    /** @throws ValueTooLarge if that value or these metadata of the change are */
    static void checkSize(Change change, String what, Optional<Value> value, long maxValueBytes) {
        if (value.isEmpty()) {
            return;
        }
        String json = value.get().json();
        // A UTF-16 unit takes at most 3 bytes in UTF-8: most values need no counting.
        if (json.length() > maxValueBytes / 3) {
            long bytes = json.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > maxValueBytes) {
                throw new ValueTooLarge(change, what, bytes, maxValueBytes);
            }
        }
    }

    /**
     * @throws InvalidEvent if the version is negative, or the unit expects another one
     */
    void expect(EntityRef entity, long version) {
        if (version < 0) {
            throw new InvalidEvent("Versions begin at 0 (no events yet), found %d for %s.".formatted(version, entity));
        }
        expect(touched(entity), version);
    }

    private Touched touched(EntityRef entity) {
        return entities.computeIfAbsent(entity, e -> new Touched(e, entities.size() + 1));
    }

    private static void expect(Touched touched, long version) {
        if (touched.expectedVersion != null && touched.expectedVersion != version) {
            throw new InvalidEvent(
                    "One unit of work expects %s at version %d and at version %d; the version is the one before the unit of work."
                            .formatted(touched.entity, touched.expectedVersion, version));
        }
        touched.expectedVersion = version;
    }

    private static void live(Change change, Touched touched) {
        Operation operation = change.operation();
        if (!operation.changesState()) {
            return;
        }
        if (operation.equals(Operation.CREATION)) {
            if (touched.life == Life.ALIVE) {
                throw new EntityExists(touched.entity);
            }
            if (touched.life == null) {
                touched.requirement = Requirement.NOT_ALIVE;
            }
            touched.life = Life.ALIVE;
        } else {
            if (touched.life == Life.DELETED) {
                throw new EntityDeleted(touched.entity);
            }
            if (touched.life == null) {
                touched.requirement = Requirement.ALIVE;
            }
            touched.life = operation.equals(Operation.DELETION) ? Life.DELETED : Life.ALIVE;
        }
    }

    boolean hasChanged(EntityRef entity) {
        Touched touched = entities.get(entity);
        return touched != null && touched.life != null;
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    List<Placed> changes() {
        return changes;
    }

    Collection<Touched> entities() {
        return entities.values();
    }

    /** For messages: the entities it touches, a few by name. */
    String names() {
        String some =
                entities.keySet().stream().limit(3).map(EntityRef::toString).collect(Collectors.joining(", "));
        return entities.size() <= 3 ? some : some + " and " + (entities.size() - 3) + " more";
    }

    /** Why an entity that was found so is not as the unit needs it. */
    RuntimeException refusal(Touched touched, long version, Life life) {
        if (touched.expectedVersion != null && touched.expectedVersion != version) {
            return new VersionConflict(touched.entity, touched.expectedVersion, version);
        }
        if (touched.requirement == Requirement.NOT_ALIVE) {
            return new EntityExists(touched.entity);
        }
        return life == Life.DELETED ? new EntityDeleted(touched.entity) : new EntityNotFound(touched.entity);
    }

    /** Whether an entity that was found so is not as the unit needs it. */
    static boolean refuses(Touched touched, long version, Life life) {
        return (touched.expectedVersion != null && touched.expectedVersion != version)
                || (touched.requirement == Requirement.ALIVE && life != Life.ALIVE)
                || (touched.requirement == Requirement.NOT_ALIVE && life == Life.ALIVE);
    }
}
