package io.daybook;

import io.daybook.event.InvalidEvent;
import io.daybook.event.Value;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who says it, why, and in which conversation: what all events of a unit of work have in common. Made by what changes one, which checks what is
 * new: it is made several times for each unit of work.
 */
record Context(
        @Nullable String actor,
        @Nullable String reason,
        @Nullable String correlationId,
        @Nullable Long causationPosition,
        Surroundings surroundings,
        @Nullable String onceKey) {

    static final int LONGEST_NAME = 200;
    static final int LONGEST_REASON = 2_000;

    /** Nobody, in these surroundings. */
    static Context nobody(Surroundings surroundings) {
        return new Context(null, null, null, null, surroundings, null);
    }

    /** @throws InvalidEvent if a text has more characters, or some that cannot be kept; null is fine */
    static void check(String what, @Nullable String text, int longest) {
        if (text == null) {
            return;
        }
        int characters = text.codePointCount(0, text.length());
        if (characters > longest) {
            throw new InvalidEvent(
                    "The %s has %d characters, at most %d are allowed.".formatted(what, characters, longest));
        }
        if (hasDoubtful(text)) {
            // NUL and halves of surrogate pairs are refused by the rules for JSON text.
            Value.of(text);
        }
    }

    /** Nearly no text has one, and the rules for JSON cost more than looking. */
    private static boolean hasDoubtful(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || Character.isSurrogate(c)) {
                return true;
            }
        }
        return false;
    }

    /** The same, by that actor and for that reason; null = nobody, none. */
    Context of(@Nullable String newActor, @Nullable String newReason) {
        check("actor", newActor, LONGEST_NAME);
        check("reason", newReason, LONGEST_REASON);
        return new Context(newActor, newReason, correlationId, causationPosition, surroundings, onceKey);
    }

    Context withActor(String newActor) {
        check("actor", newActor, LONGEST_NAME);
        return new Context(newActor, reason, correlationId, causationPosition, surroundings, onceKey);
    }

    Context withReason(String newReason) {
        check("reason", newReason, LONGEST_REASON);
        return new Context(actor, newReason, correlationId, causationPosition, surroundings, onceKey);
    }

    Context withCorrelation(String newCorrelationId) {
        check("correlation id", newCorrelationId, LONGEST_NAME);
        return new Context(actor, reason, newCorrelationId, causationPosition, surroundings, onceKey);
    }

    Context withCausation(long position) {
        if (position < 1) {
            throw new InvalidEvent("The causing event has position %d, but positions begin at 1.".formatted(position));
        }
        return new Context(actor, reason, correlationId, position, surroundings, onceKey);
    }

    Context withSurroundings(Surroundings newSurroundings) {
        return new Context(actor, reason, correlationId, causationPosition, newSurroundings, onceKey);
    }

    Context withOnceKey(String key) {
        check("once key", key, LONGEST_REASON);
        return new Context(actor, reason, correlationId, causationPosition, surroundings, key);
    }

    /** The same, in a transaction that this user of the database has open; null = nobody knows. */
    Context joinedBy(@Nullable String databaseUser) {
        return databaseUser == null ? this : withSurroundings(surroundings.joinedBy(databaseUser));
    }

    /** This, and of the other what this says nothing of; but the key, which is one unit of work's own. */
    Context inside(@Nullable Context outer) {
        if (outer == null) {
            return this;
        }
        return new Context(
                actor == null ? outer.actor : actor,
                reason == null ? outer.reason : reason,
                correlationId == null ? outer.correlationId : correlationId,
                causationPosition == null ? outer.causationPosition : causationPosition,
                surroundings.inside(outer.surroundings),
                onceKey);
    }

    /** The id of the unit of work: of the key if it has one, so that a second try finds the first. */
    UUID transactionId(UUID daybookId, Ids ids) {
        return onceKey == null ? ids.transactionId() : Ids.ofKey(daybookId, onceKey);
    }
}
