package io.daybook.scenarios;

import org.jspecify.annotations.Nullable;

/** The file that the log names is gone, or not what was written. */
public final class DataLost extends ScenarioException {

    private static final long serialVersionUID = 1L;

    DataLost(String dataNode, Object file, String what, @Nullable Throwable cause) {
        super(
                "The data of %s is not as it was written: %s %s. Restore the file from a backup, or write the data node anew."
                        .formatted(dataNode, file, what),
                cause);
    }
}
