package io.daybook.notifier;

/**
 * While it is open, what is appended in the thread that began it, through the {@code Daybook} that delivered the event, is a reaction to
 * that event. Belongs to that thread; an inner one is closed before an outer one.
 */
@FunctionalInterface
public interface Reaction extends AutoCloseable {

    /**
     * Ends it, and every request context that was entered in it.
     *
     * @throws IllegalStateException in another thread: nothing is changed; or if one that was entered in it was open: both are closed
     */
    @Override
    void close();
}
