package io.daybook.consumers;

import io.daybook.event.Event;
import io.daybook.notifier.Registration;
import org.jooq.DSLContext;

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
        return consume(registration, FailurePolicy.retryForEver(), handler);
    }

    /**
     * The same, with a policy for events that it cannot process.
     *
     * @throws io.daybook.notifier.RegistrationBusy if another consumer has it
     * @throws IllegalArgumentException if the policy parks or stops and the registration is ephemeral
     */
    public static EventConsumer consume(Registration registration, FailurePolicy policy, EventHandler handler) {
        EventConsumer consumer = new EventConsumer(registration, policy) {
            @Override
            protected void processEvent(Event event) throws Exception {
                handler.handle(event);
            }
        };
        consumer.start();
        return consumer;
    }

    /**
     * A consumer whose effects are in the same database and exactly once: see {@link TransactionalEventConsumer}. Started.
     *
     * <pre>{@code
     * Consumers.consumeInTransaction(totals, (event, jooq) -> jooq.update(TOTALS)...execute());
     * }</pre>
     *
     * @throws io.daybook.notifier.RegistrationBusy if another consumer has it
     * @throws IllegalArgumentException if the registration is ephemeral
     */
    public static TransactionalEventConsumer consumeInTransaction(
            Registration registration, TransactionalEventHandler handler) {
        return consumeInTransaction(registration, FailurePolicy.retryForEver(), handler);
    }

    /**
     * The same, with a policy for events that it cannot process.
     *
     * @throws io.daybook.notifier.RegistrationBusy if another consumer has it
     * @throws IllegalArgumentException if the registration is ephemeral
     */
    public static TransactionalEventConsumer consumeInTransaction(
            Registration registration, FailurePolicy policy, TransactionalEventHandler handler) {
        TransactionalEventConsumer consumer = new TransactionalEventConsumer(registration, policy) {
            @Override
            protected void processEvent(Event event, DSLContext jooq) throws Exception {
                handler.handle(event, jooq);
            }
        };
        consumer.start();
        return consumer;
    }
}
