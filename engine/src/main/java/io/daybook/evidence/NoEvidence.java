package io.daybook.evidence;

import io.daybook.event.DaybookException;

/** There is nothing that evidence could be made of, or the ledger is not what it was. Nothing was written. */
public final class NoEvidence extends DaybookException {

    private static final long serialVersionUID = 1L;

    NoEvidence(String message) {
        super(message);
    }
}
