package io.daybook.scenarios.react;

/** Where broadcasts go: to everybody who is connected to a running application. {@link Listeners} is one. Thread-safe. */
@FunctionalInterface
public interface Broadcaster {

    /**
     * Hands it to everybody, without waiting for anybody. What it throws is treated as what a callback throws: what becomes of the event is for
     * the failure policy to say.
     */
    void broadcast(Broadcast broadcast);
}
