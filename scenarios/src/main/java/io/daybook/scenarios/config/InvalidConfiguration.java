package io.daybook.scenarios.config;

import io.daybook.event.DaybookException;

/** A configuration that makes no sense: an unknown name, a circle of tasks, an id twice. Nothing was written. */
public final class InvalidConfiguration extends DaybookException {

    private static final long serialVersionUID = 1L;

    InvalidConfiguration(String message) {
        super(message);
    }
}
