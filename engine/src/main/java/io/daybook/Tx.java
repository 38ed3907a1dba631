package io.daybook;

import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.Operation;
import io.daybook.repository.Changes;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a unit of work wants to say. Changes are collected and checked as they are said, and sent together when the lambda
 * returns; if it throws, nothing was written. Values are copied at the call. Belongs to the thread and the call that it was
 * handed to.
 */
public final class Tx implements Changes {

    /** What a unit of work does. May throw: then nothing is written, and the caller gets what was thrown. */
    @FunctionalInterface
    public interface Work<E extends Exception> {
        void run(Tx tx) throws E;
    }

    /** The call that this belongs to: ends when the lambda returns. */
    static final class Call {
        private final Thread thread = Thread.currentThread();
        private boolean over;

        void end() {
            over = true;
        }

        private void check() {
            if (over || Thread.currentThread() != thread) {
                throw new IllegalStateException(
                        "A tx belongs to the thread and the call that it was handed to, and %s. Nothing was written."
                                .formatted(over ? "that call is over" : "this is another thread"));
            }
        }
    }

    private final Unit unit;
    private final Call call;
    private final @Nullable Long expectedVersion;

    Tx(Unit unit, Call call, @Nullable Long expectedVersion) {
        this.unit = unit;
        this.call = call;
        this.expectedVersion = expectedVersion;
    }

    /**
     * The same unit of work, whose changes said through this one are only made if their entity is at that version before the
     * unit of work (0 = it has no events yet); else it ends with {@link VersionConflict} and nothing is written.
     */
    public Tx expecting(long version) {
        return new Tx(unit, call, version);
    }

    /**
     * The unit of work is only done if that entity, of which it need not say anything itself, is at that version; else it ends with {@link
     * VersionConflict} and nothing is written. For decisions that rest on what another entity is. A unit of work that says nothing at all
     * is not looked at.
     *
     * @param version 0 = it has no events yet
     * @throws io.daybook.event.InvalidEvent if type, id or version are not legal
     * @throws IllegalStateException outside the call, or in another thread
     */
    public void expect(String entityType, String entityId, long version) {
        call.check();
        unit.expect(EntityRef.of(entityType, entityId), version);
    }

    /**
     * An entity begins.
     *
     * @param attributes the initial ones: a map, record or bean, one attribute per member
     * @throws EntityExists if it exists (when the unit is sent, or at once if the unit itself created it)
     * @throws io.daybook.event.InvalidEvent if a name or value cannot be kept
     */
    public void create(String entityType, String entityId, Object attributes) {
        append(Change.create(entityType, entityId).attributes(attributes));
    }

    /** An entity begins, without attributes. @throws EntityExists if it exists */
    public void create(String entityType, String entityId) {
        append(Change.create(entityType, entityId).attributes(Map.of()));
    }

    /**
     * An attribute gets a new value.
     *
     * @param value anything with a JSON form; null is JSON null
     * @throws EntityNotFound if the entity was never created (when the unit is sent)
     * @throws EntityDeleted if it is deleted
     * @throws io.daybook.event.InvalidEvent if a name or value cannot be kept
     */
    public void update(String entityType, String entityId, String attributeName, @Nullable Object value) {
        append(Change.update(entityType, entityId).attribute(attributeName, value));
    }

    /** An entity ends. @throws EntityNotFound if it was never created. @throws EntityDeleted if it is deleted */
    public void delete(String entityType, String entityId) {
        append(Change.delete(entityType, entityId));
    }

    /**
     * An entity is submitted, which changes no state.
     *
     * @throws io.daybook.event.InvalidEventOperation if entities of that type are never submitted
     */
    public void submit(String entityType, String entityId) {
        append(Change.submit(entityType, entityId));
    }

    /**
     * Something happened to, or was done with, an entity that changes no state. The entity need not exist: a refused login of an
     * unknown user is worth recording too.
     *
     * @param value what there is to say about it: a map, record or bean
     */
    public void record(String entityType, String entityId, Operation operation, @Nullable Object value) {
        append(Change.act(entityType, entityId, operation).value(value));
    }

    /** Something happened to, or was done with, an entity that changes no state, and there is no more to say about it. */
    public void record(String entityType, String entityId, Operation operation) {
        append(Change.act(entityType, entityId, operation));
    }

    /**
     * The long form of all of them.
     *
     * @throws io.daybook.event.InvalidEvent if an application may not append that
     * @throws ValueTooLarge if the value or the metadata are larger than this daybook keeps
     * @throws IllegalStateException outside the call, or in another thread
     */
    @Override
    public void append(Change change) {
        call.check();
        boolean expectsAlready = change.expectedVersion().isPresent();
        unit.add(expectedVersion == null || expectsAlready ? change : change.expecting(expectedVersion));
    }

    /**
     * Whether this unit of work has created, updated or deleted that entity already.
     *
     * @throws IllegalStateException outside the call, or in another thread
     */
    @Override
    public boolean hasChanged(EntityRef entity) {
        call.check();
        return unit.hasChanged(entity);
    }
}
