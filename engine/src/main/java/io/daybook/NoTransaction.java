package io.daybook;

import io.daybook.event.DaybookException;

/** A unit of work was to join a transaction on a connection that has none. Nothing was written. */
public final class NoTransaction extends DaybookException {

    private static final long serialVersionUID = 1L;

    NoTransaction() {
        super(
                "The connection is in autocommit mode, so there is no transaction to join and the events would not share the fate of your rows."
                        + " Nothing was written; call setAutoCommit(false) first, or use transact.");
    }
}
