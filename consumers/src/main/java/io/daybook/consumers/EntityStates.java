package io.daybook.consumers;

import io.daybook.Daybook;
import io.daybook.event.Event;
import io.daybook.history.StateTable;
import io.daybook.notifier.Notifier;
import io.daybook.notifier.Registration;
import io.daybook.notifier.RegistrationControl;
import io.daybook.notifier.Start;
import java.time.Duration;
import java.util.List;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The projection that keeps the table {@code entity_states}: what every entity is, to be asked in SQL, and where {@code
 * daybook.state(...)} begins, so that it costs no more than the events that the table does not have yet. Its registration is {@value
 * #REGISTRATION}; rows and cursor are committed together, so every event is in the table once, whatever crashes. It may be kept on
 * any number of nodes.
 *
 * <pre>{@code
 * try (EntityStates states = EntityStates.keep(daybook)) { ... }
 * }</pre>
 *
 * <p>The table says what was so at the position of the cursor: it lags a little behind, and {@code daybook.state(...)} does not. Events
 * of Daybook's own entity types ({@code daybook.registration}) are not in it. Thread-safe.
 */
public final class EntityStates implements AutoCloseable {

    /** The durable registration whose cursor says how far the table is. */
    public static final String REGISTRATION = StateTable.REGISTRATION;

    private static final int BATCH = 500;

    private final Projection projection;

    private EntityStates(Projection projection) {
        this.projection = projection;
    }

    /**
     * Keeps the table from now on, on threads of its own; goes on where it was, or begins with the first event.
     *
     * @throws io.daybook.notifier.RegistrationBusy if it is kept by this daybook object already
     * @throws io.daybook.ledger.LedgerDiverged if the database is not the one that the cursor was made in: rebuild
     * @throws io.daybook.database.DatabaseFailure if the database cannot be asked
     */
    public static EntityStates keep(Daybook daybook) {
        return start(daybook, daybook.notifier().register(REGISTRATION));
    }

    /**
     * The same, by as many threads and nodes as there are partitions, if it begins with the first event.
     *
     * @param partitions 1 to 256; must be as many as there are if it has begun ({@link RegistrationControl#divide} changes that)
     * @throws io.daybook.notifier.RegistrationDiffers if there is another number of partitions
     * @throws io.daybook.notifier.RegistrationBusy if it is kept by this daybook object already
     * @throws io.daybook.ledger.LedgerDiverged if the database is not the one that the cursor was made in: rebuild
     * @throws io.daybook.database.DatabaseFailure if the database cannot be asked
     */
    public static EntityStates keep(Daybook daybook, int partitions) {
        return start(daybook, daybook.notifier().registerDivided(REGISTRATION, partitions, Start.beginning()));
    }

    private static EntityStates start(Daybook daybook, Registration registration) {
        Projection projection = new Projection(registration, daybook.states());
        projection.start();
        return new EntityStates(projection);
    }

    /**
     * Empties the table and begins with the first event, in one transaction; whoever keeps it, on any node, follows, and if nobody does,
     * the next one will. Meanwhile {@code daybook.state(...)} is right as always. Wanted after events were changed behind the
     * table's back, such as by a restore of some of the tables. Recorded as an event of entity type {@code daybook.registration}.
     *
     * @throws io.daybook.database.DatabaseFailure if the database cannot; nothing was changed
     */
    public static void rebuild(Daybook daybook) {
        rebuild(daybook, null, null);
    }

    /**
     * The same, recorded with who and why.
     *
     * @param actor null = nobody to name
     * @param reason null = none to tell
     */
    public static void rebuild(Daybook daybook, @Nullable String actor, @Nullable String reason) {
        Notifier notifier = daybook.notifier();
        if (notifier.known().stream().noneMatch(known -> known.name().equals(REGISTRATION))) {
            notifier.register(REGISTRATION);
        }
        RegistrationControl control = notifier.control(REGISTRATION);
        control = actor == null ? control : control.as(actor);
        control = reason == null ? control : control.because(reason);
        // Moving the cursor begins a new epoch: what a node has in hand at that moment is not committed any more.
        control.moveTo(Start.beginning(), daybook.states()::clear);
    }

    /** Whose cursor says how far the table is: for waiting ({@link Registration#await}), or for {@link Registration#position()}. */
    public Registration registration() {
        return projection.registration();
    }

    /** Whether it was started and has not ended. */
    public boolean isRunning() {
        return projection.isRunning();
    }

    /**
     * Stops: see {@link TransactionalEventConsumer#stop(Duration)}.
     *
     * @return whether it has stopped; if not, it will as soon as the batch in hand is finished
     */
    public boolean stop(Duration within) {
        return projection.stop(within);
    }

    /** Stops, waiting at most 30 seconds for the batch in hand. The table stays as it is. */
    @Override
    public void close() {
        projection.close();
    }

    /** An event that fails is tried until it works: a state with an event left out would be none. */
    private static final class Projection extends TransactionalEventConsumer {

        private final StateTable table;

        Projection(Registration registration, StateTable table) {
            super(registration, FailurePolicy.retryForEver(), BATCH);
            this.table = table;
        }

        @Override
        protected void processEvent(Event event, DSLContext jooq) {
            processEvents(List.of(event), jooq);
        }

        @Override
        protected void processEvents(List<Event> events, DSLContext jooq) {
            table.apply(jooq, events);
        }
    }
}
