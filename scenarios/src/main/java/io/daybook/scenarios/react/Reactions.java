package io.daybook.scenarios.react;

import io.daybook.event.Event;
import io.daybook.scenarios.Scenarios;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The callbacks, in the order in which they were added, and which of them an event that comes again need not call again. Thread-safe. */
final class Reactions {

    /** Only of events with a callback that failed, so of few at a time: those being tried, and the last that were parked or skipped. */
    private static final int MOST_REMEMBERED = 1_000;

    private final Knowledge knowledge;
    private final List<Reaction<?>> all = new CopyOnWriteArrayList<>();

    /** Positions of events that failed, with the callbacks that worked. */
    private final Map<Long, Set<Reaction<?>>> worked = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Set<Reaction<?>>> eldest) {
            return size() > MOST_REMEMBERED;
        }
    });

    Reactions(Scenarios scenarios) {
        this.knowledge = new Knowledge(scenarios);
    }

    /** What a reaction does. */
    interface Handler<A> {
        void handle(Event event, A arguments) throws Exception;
    }

    /** One callback, itself and no other: the same one may be added twice. */
    private static final class Reaction<A> {

        private final Form<A> form;
        private final Handler<? super A> handler;

        Reaction(Form<A> form, Handler<? super A> handler) {
            this.form = form;
            this.handler = handler;
        }

        /** @return whether it was for this */
        boolean react(Occurrence occurrence) throws Exception {
            if (!form.filter().matches(occurrence.event())) {
                return false;
            }
            A arguments = form.arguments().apply(occurrence).orElse(null);
            if (arguments == null) {
                return false;
            }
            handler.handle(occurrence.event(), arguments);
            return true;
        }
    }

    <A> void add(Form<A> form, Handler<? super A> handler) {
        all.add(new Reaction<>(form, handler));
    }

    /**
     * Calls everybody for whom that event is, but those who were called for it before and did not throw. One that throws keeps nobody else from
     * being called.
     *
     * @throws Exception what the first one threw, with what others threw
     */
    void react(Event event) throws Exception {
        Occurrence occurrence = new Occurrence(event, knowledge);
        Set<Reaction<?>> done = new HashSet<>(worked.getOrDefault(occurrence.position(), Set.of()));
        Throwable failure = null;
        for (Reaction<?> reaction : all) {
            if (done.contains(reaction)) {
                continue;
            }
            try {
                if (reaction.react(occurrence)) {
                    done.add(reaction);
                }
            } catch (Exception | Error e) {
                failure = both(failure, e);
            }
        }
        if (failure == null) {
            worked.remove(occurrence.position());
            return;
        }
        worked.put(occurrence.position(), done);
        if (failure instanceof Exception exception) {
            throw exception;
        }
        throw (Error) failure;
    }

    private static Throwable both(@Nullable Throwable first, Throwable next) {
        if (first == null) {
            return next;
        }
        if (first != next) {
            first.addSuppressed(next);
        }
        return first;
    }
}
