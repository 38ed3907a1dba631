package io.daybook.notifier;

import io.daybook.event.DaybookException;

/** Somebody else in this process consumes the registration already: two would break the order of its events. */
public final class RegistrationBusy extends DaybookException {

    private static final long serialVersionUID = 1L;

    RegistrationBusy(String id, String holder) {
        super("Registration %s is consumed by %s already. Stop that one first, or register under another name."
                .formatted(id, holder));
    }
}
