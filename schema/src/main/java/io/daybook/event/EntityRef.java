package io.daybook.event;

/**
 * Which entity: its type and its id.
 *
 * @param type kind of entity
 * @param id identity within the type: 1 to 200 characters, without NUL and without halves of surrogate pairs
 */
public record EntityRef(EntityType type, String id) implements Comparable<EntityRef> {

    /** Refuses what is no id. @throws InvalidEvent if the id is empty, too long or has characters that cannot be kept */
    public EntityRef {
        Names.entityId(id);
    }

    /** The entity of that type and id. @throws InvalidEvent if type or id are not legal */
    public static EntityRef of(String type, String id) {
        return new EntityRef(EntityType.of(type), id);
    }

    @Override
    public int compareTo(EntityRef other) {
        int byType = type.compareTo(other.type);
        return byType != 0 ? byType : id.compareTo(other.id);
    }

    /** {@code order o-1}. */
    @Override
    public String toString() {
        return type.name() + " " + id;
    }
}
