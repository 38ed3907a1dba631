package io.daybook.consumers;

import io.daybook.event.Event;
import io.daybook.notifier.Registration;

/** Consumers from lambdas. */
public final class Consumers {

    private Consumers() {}

    /**
     * A consumer of that registration, started.
     *
     * <pre>{@code
     * try (EventConsumer consumer = Consumers.consume(billing, event -> send(event))) { ... }
     * }</pre>
     *
     * @throws io.daybook.notifier.RegistrationBusy if another consumer has it
     */
    public static EventConsumer consume(Registration registration, EventHandler handler) {
        EventConsumer consumer = new EventConsumer(registration) {
            @Override
            protected void processEvent(Event event) throws Exception {
                handler.handle(event);
            }
        };
        consumer.start();
        return consumer;
    }
}
