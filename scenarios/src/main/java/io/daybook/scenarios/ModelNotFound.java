package io.daybook.scenarios;

import io.daybook.event.EntityType;

/** There is no entity of that id, or no more (Taipy: ModelNotFound, NonExistingEntity). */
public final class ModelNotFound extends ScenarioException {

    private static final long serialVersionUID = 1L;

    ModelNotFound(EntityType type, String id) {
        super("There is no %s %s, or no more. Nothing was written.".formatted(type, id));
    }
}
