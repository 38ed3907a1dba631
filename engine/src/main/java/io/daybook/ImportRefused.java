package io.daybook;

import io.daybook.event.DaybookException;
import org.jspecify.annotations.Nullable;

/**
 * What was handed to an {@link Importer} cannot be appended as it is: something is missing, comes twice, or is not what the ledger has. What
 * was committed before stays; nothing of what came after it was written.
 */
public final class ImportRefused extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final long position;

    ImportRefused(long position, String message) {
        this(position, message, null);
    }

    ImportRefused(long position, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.position = position;
    }

    /** Position of the event that it is about. */
    public long position() {
        return position;
    }
}
