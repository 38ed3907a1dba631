package io.daybook.notifier;

import io.daybook.event.Operation;

/** What is done to a registration, as operations of the entity type {@code daybook.registration}. */
final class Acts {

    static final Operation PARK = Operation.of("PARK");
    static final Operation SKIP = Operation.of("SKIP");
    static final Operation RETRY = Operation.of("RETRY");
    static final Operation DISCARD = Operation.of("DISCARD");
    static final Operation STOP = Operation.of("STOP");
    static final Operation PAUSE = Operation.of("PAUSE");
    static final Operation RESUME = Operation.of("RESUME");
    static final Operation REWIND = Operation.of("REWIND");
    static final Operation SKIP_TO = Operation.of("SKIP_TO");
    static final Operation DIVIDE = Operation.of("DIVIDE");

    private Acts() {}
}
