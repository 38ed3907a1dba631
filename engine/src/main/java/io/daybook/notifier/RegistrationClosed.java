package io.daybook.notifier;

import io.daybook.event.DaybookException;

/** The registration was unregistered, or its daybook closed: it delivers nothing any more. */
public final class RegistrationClosed extends DaybookException {

    private static final long serialVersionUID = 1L;

    RegistrationClosed(String id) {
        super("Registration %s is unregistered, or its daybook is closed. Register it again to go on.".formatted(id));
    }
}
