package io.daybook.history;

import io.daybook.event.Event;
import java.util.List;
import java.util.OptionalLong;

/**
 * What led to an event, and what it led to, by {@code causation_position}. Immutable.
 *
 * @param causes the event that the first reaction reacted to, then what came of it, down to the direct cause of the event; empty
 *     if it reacts to nothing
 * @param origin how the look for causes ended
 * @param event the event that was asked for, with what it led to
 */
public record Trace(List<Event> causes, Origin origin, Node event) {

    public Trace {
        causes = List.copyOf(causes);
    }

    /** How the look for causes ended. */
    public enum Origin {
        /** The first event reacts to nothing. */
        FOUND,
        /** The first event names a cause that the ledger does not have. */
        MISSING,
        /** The first event names a cause that comes again after it: they go round in a circle. */
        CIRCLE,
        /** There is more; the limits of the question ended it. */
        LIMIT
    }

    /** How much is looked at. */
    public record Limits(int depth, int events) {

        /** 100 events up, 100 levels down, 1,000 events in all. */
        public static final Limits DEFAULT = new Limits(100, 1_000);

        /**
         * @param depth most causes, and most levels of consequences, from 1 to 10,000
         * @param events most consequences in all, from 1 to 100,000
         * @throws IllegalArgumentException if one of them is out of bounds
         */
        public Limits {
            check("depth", depth, 10_000);
            check("number of events", events, 100_000);
        }

        private static void check(String what, int found, int most) {
            if (found < 1 || found > most) {
                throw new IllegalArgumentException(
                        "A %s of %d makes no sense. Give 1 to %d.".formatted(what, found, most));
            }
        }
    }

    /**
     * An event with what it led to.
     *
     * @param consequences the events whose cause it is, in the order in which they were said; those of its own unit of work are beside it, not here
     * @param seenBefore whether it is in the tree already, so that what it led to is shown there: a circle
     * @param cut whether it may have led to more than is here: the limits of the question ended the look
     */
    public record Node(Event event, List<Node> consequences, boolean seenBefore, boolean cut) {
        public Node {
            consequences = List.copyOf(consequences);
        }
    }

    /** Where it begins: the position of the first cause, or of the event itself. */
    public OptionalLong root() {
        return causes.isEmpty() ? event.event().position() : causes.get(0).position();
    }
}
