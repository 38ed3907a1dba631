package io.daybook.consumers;

import io.daybook.event.Event;
import org.jooq.DSLContext;

/** What to do with an event, in the transaction that moves the cursor past it. */
@FunctionalInterface
public interface TransactionalEventHandler {

    /**
     * Acts on that event; never commits or rolls back.
     *
     * @param jooq in the transaction that moves the cursor
     * @throws Exception if it could not: everything is rolled back, and the event is offered again after a while
     */
    void handle(Event event, DSLContext jooq) throws Exception;
}
