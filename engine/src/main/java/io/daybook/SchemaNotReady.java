package io.daybook;

import io.daybook.event.DaybookException;
import io.daybook.migrations.MigrationException;

/**
 * The tables are not those that this version of Daybook works with: missing and not to be made by this user, of a newer version, or
 * somebody else's. The cause is the exact kind, and its message says what to do.
 */
public final class SchemaNotReady extends DaybookException {

    private static final long serialVersionUID = 1L;

    SchemaNotReady(MigrationException cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }
}
