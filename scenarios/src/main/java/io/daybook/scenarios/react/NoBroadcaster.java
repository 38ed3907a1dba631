package io.daybook.scenarios.react;

import io.daybook.event.DaybookException;

/** A broadcast was asked for, and there is nowhere to broadcast to. As Taipy's {@code NoGuiDefinedInEventProcessor}. */
public final class NoBroadcaster extends DaybookException {

    private static final long serialVersionUID = 1L;

    NoBroadcaster(String what) {
        super(
                "Nobody would hear the broadcast \"%s\". Name a broadcaster first: processor.broadcaster(new Listeners())."
                        .formatted(what));
    }
}
