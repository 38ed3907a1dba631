package io.daybook.scenarios;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Somebody else has locked the data node (Taipy: DataNodeIsBeingEdited). */
public final class DataNodeIsBeingEdited extends ScenarioException {

    private static final long serialVersionUID = 1L;

    DataNodeIsBeingEdited(String dataNode, String editor, @Nullable Instant until) {
        super("Data node %s is being edited by %s until %s. Nothing was written; wait, or ask them to unlock it."
                .formatted(dataNode, editor, until));
    }
}
