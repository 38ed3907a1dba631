package io.daybook.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still until a test moves it. Thread-safe. */
public final class SettableClock extends Clock {

    /** Where {@link #SettableClock()} begins: before a leap day and a change of summer time in many places. */
    public static final Instant BEGINNING = Instant.parse("2024-02-28T23:59:59.123456Z");

    private final Hands hands;
    private final ZoneId zone;

    public SettableClock() {
        this(BEGINNING);
    }

    public SettableClock(Instant start) {
        this(new Hands(start), ZoneOffset.UTC);
    }

    private SettableClock(Hands hands, ZoneId zone) {
        this.hands = hands;
        this.zone = zone;
    }

    @Override
    public Instant instant() {
        return hands.now;
    }

    /** Jumps there, back too. */
    public void set(Instant instant) {
        hands.set(instant);
    }

    /** Goes on by that, back if negative. @return the time it is now */
    public Instant tick(Duration duration) {
        return hands.move(duration);
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    /** The same clock, moved together with this one, seen from there. */
    @Override
    public SettableClock withZone(ZoneId newZone) {
        return new SettableClock(hands, newZone);
    }

    /** Shared by the views of one clock from several zones. */
    private static final class Hands {

        private volatile Instant now;

        Hands(Instant now) {
            this.now = now;
        }

        synchronized void set(Instant instant) {
            now = instant;
        }

        synchronized Instant move(Duration duration) {
            Instant moved = now.plus(duration);
            now = moved;
            return moved;
        }
    }
}
