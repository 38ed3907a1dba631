package io.daybook.doctor;

import io.daybook.event.DaybookException;

/** A registration cannot be recovered as asked, because events could be skipped. Nothing was changed; the message says what to do. */
public final class RecoveryRefused extends DaybookException {

    private static final long serialVersionUID = 1L;

    RecoveryRefused(String message) {
        super(message);
    }
}
