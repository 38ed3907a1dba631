package io.daybook.event;

/**
 * What happened to the entity: one of Taipy's four, or an upper-case word of the application for an act that changes no
 * state, such as {@code APPROVAL}.
 *
 * @param name the word as it stands in the column {@code operation}, at most 200 characters
 */
public record Operation(String name) implements Comparable<Operation> {

    /** The entity begins; carries its initial attributes. */
    public static final Operation CREATION = new Operation("CREATION");
    /** One attribute gets a new value. */
    public static final Operation UPDATE = new Operation("UPDATE");
    /** The entity ends. */
    public static final Operation DELETION = new Operation("DELETION");
    /** The entity was submitted: an act, which changes no state. */
    public static final Operation SUBMISSION = new Operation("SUBMISSION");

    /** Refuses what is no name. @throws InvalidEvent if the name is no upper-case word, or too long */
    public Operation {
        Names.operation(name);
    }

    /** Refuses what is no name. @throws InvalidEvent if the name is no upper-case word, or too long */
    public static Operation of(String name) {
        return new Operation(name);
    }

    /** Whether events of this operation change the state of the entity; all others record an act. */
    public boolean changesState() {
        return equals(CREATION) || equals(UPDATE) || equals(DELETION);
    }

    /** Taipy's rule: these three speak of the entity as a whole (FEATURES.md section 1). */
    boolean speaksOfWholeEntity() {
        return equals(CREATION) || equals(DELETION) || equals(SUBMISSION);
    }

    @Override
    public int compareTo(Operation other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
