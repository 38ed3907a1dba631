package io.daybook.scenarios.react;

/** Somebody who is connected. Called by one thread at a time. */
@FunctionalInterface
public interface Listener {

    /**
     * Is told that. May take its time: others do not wait.
     *
     * @throws Exception whatever goes wrong: it is logged, without its message, which may quote what is sensitive, and the next is told all the same
     */
    void hear(Broadcast broadcast) throws Exception;

    /**
     * Was too slow: so many broadcasts were dropped, those that come before what it is told next. Whoever shows something reads it anew.
     *
     * @throws Exception whatever goes wrong: it is logged in the same way
     */
    default void missed(long count) throws Exception {}
}
