package io.daybook.scenarios.react;

import io.daybook.Daybook;
import io.daybook.scenarios.Scenarios;

/** What this process knows of the entities: never less than what an event that it is asked about says. Thread-safe. */
final class Knowledge {

    private final Scenarios scenarios;
    private volatile long heardUntil;

    Knowledge(Scenarios scenarios) {
        this.scenarios = scenarios;
    }

    Daybook daybook() {
        return scenarios.daybook();
    }

    /**
     * The scenarios as they were left by the event at that position, or later. What is done through them, and through what they answer, is recorded
     * as caused by that event.
     */
    Scenarios asOf(long position) {
        if (position > heardUntil) {
            // The event may have come here before the entities were brought up to it: another process may have said it.
            // A unit of work begins with
            // hearing everything; one without changes writes nothing.
            long head = daybook().head();
            scenarios.transact(() -> {});
            heardUntil = head;
        }
        return scenarios.as(unit -> unit.causedBy(position));
    }
}
