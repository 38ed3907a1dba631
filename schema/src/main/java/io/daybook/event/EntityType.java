package io.daybook.event;

import java.util.Set;

/**
 * Kind of entity: a lower-case word, with parts separated by {@code _}, {@code .} or {@code -}, of at most 200 characters.
 * Taipy's seven are constants; an application has any others it likes, but none that begin with {@code daybook.}: these
 * are Daybook's own.
 *
 * @param name the word as it stands in the column {@code entity_type}
 */
public record EntityType(String name) implements Comparable<EntityType> {

    public static final EntityType CYCLE = new EntityType("cycle");
    public static final EntityType SCENARIO = new EntityType("scenario");
    public static final EntityType SEQUENCE = new EntityType("sequence");
    public static final EntityType TASK = new EntityType("task");
    public static final EntityType DATA_NODE = new EntityType("data_node");
    public static final EntityType JOB = new EntityType("job");
    public static final EntityType SUBMISSION = new EntityType("submission");

    /** What operators do to registrations is recorded under this type, by Daybook itself. */
    public static final EntityType DAYBOOK_REGISTRATION = new EntityType("daybook.registration");

    private static final String RESERVED = "daybook.";
    private static final Set<EntityType> NEVER_SUBMITTED = Set.of(CYCLE, DATA_NODE, JOB, SUBMISSION);

    /** Refuses what is no name. @throws InvalidEvent if the name is no lower-case word, or too long */
    public EntityType {
        Names.entityType(name);
    }

    /**
     * The entity type of that name, for an application.
     *
     * @throws InvalidEvent if the name is no lower-case word, too long, or begins with {@code daybook.} and is none of
     *     Daybook's own types
     */
    public static EntityType of(String name) {
        EntityType type = new EntityType(name);
        if (type.isReserved() && !type.equals(DAYBOOK_REGISTRATION)) {
            throw new InvalidEvent(
                    "Entity types that begin with \"%s\" are Daybook's own, found \"%s\"; choose another name."
                            .formatted(RESERVED, Names.shown(name)));
        }
        return type;
    }

    /** Whether only Daybook itself may append events of this type. */
    public boolean isReserved() {
        return name.startsWith(RESERVED);
    }

    /** Taipy's rule: these four have no SUBMISSION (FEATURES.md section 1, trace i-registration-filters). */
    boolean isNeverSubmitted() {
        return NEVER_SUBMITTED.contains(this);
    }

    @Override
    public int compareTo(EntityType other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
