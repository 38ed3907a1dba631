package io.daybook.scenarios;

import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import java.util.List;
import java.util.Optional;

/** The entities that there are: committed, or as a unit of work is about to leave them. */
interface View {

    /** Empty if there is none, or no more. */
    Optional<Stored> find(EntityRef ref);

    /** All of that type, in the order in which this process heard of them. */
    List<Stored> all(EntityType type);

    /** Those that point to that id, in the order in which this process heard of them. */
    List<Stored> related(Relation relation, String id);

    default Optional<Stored> find(EntityType type, String id) {
        return find(new EntityRef(type, id));
    }

    /** The one that must be there. @throws ModelNotFound if there is none */
    default Stored get(EntityType type, String id) {
        return find(type, id).orElseThrow(() -> new ModelNotFound(type, id));
    }
}
