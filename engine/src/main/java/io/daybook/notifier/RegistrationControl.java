package io.daybook.notifier;

import io.daybook.database.Database;
import io.daybook.database.WakeUp;
import io.daybook.event.EntityRef;
import io.daybook.event.Operation;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerPoint;
import java.sql.Connection;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What an operator does to a durable registration, wherever it is delivered: a node that delivers it follows at once where the database
 * can tell it, and else within a third of its lease. Everything but looking is recorded as an event of entity type {@code
 * daybook.registration}, in the transaction that does it. Immutable and thread-safe.
 *
 * <pre>{@code
 * notifier.control("billing").as("kim").because("mapping mended").retryParked();
 * }</pre>
 */
public final class RegistrationControl {

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);

    private final String name;
    private final Database database;
    private final Ledger ledger;
    private final RegistrationTable registrations;
    private final ParkedTable parked;
    private final Recorder recorder;
    private final Function<Start, LedgerPoint> resolve;
    private final Runnable divisionChanged;
    private final @Nullable String actor;
    private final @Nullable String reason;

    RegistrationControl(
            String name,
            Database database,
            Ledger ledger,
            RegistrationTable registrations,
            ParkedTable parked,
            Recorder recorder,
            Function<Start, LedgerPoint> resolve,
            Runnable divisionChanged,
            @Nullable String actor,
            @Nullable String reason) {
        this.name = name;
        this.database = database;
        this.ledger = ledger;
        this.registrations = registrations;
        this.parked = parked;
        this.recorder = recorder;
        this.resolve = resolve;
        this.divisionChanged = divisionChanged;
        this.actor = actor;
        this.reason = reason;
    }

    /** The same, by that actor. */
    public RegistrationControl as(String newActor) {
        return with(newActor, reason);
    }

    /** The same, for that reason. */
    public RegistrationControl because(String newReason) {
        return with(actor, newReason);
    }

    private RegistrationControl with(@Nullable String newActor, @Nullable String newReason) {
        return new RegistrationControl(
                name, database, ledger, registrations, parked, recorder, resolve, divisionChanged, newActor, newReason);
    }

    private interface Change {
        void on(Connection connection, RegistrationTable.Stored stored);
    }

    private void change(String what, Change change) {
        database.transaction("%s registration %s".formatted(what, name), c -> {
            RegistrationTable.Stored stored = registrations
                    .lock(c, name)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "There is no registration %s any more. Nothing was changed.".formatted(name)));
            change.on(c, stored);
            return true;
        });
        divisionChanged.run();
    }

    private void record(Connection connection, Operation operation, Map<String, ?> about) {
        recorder.record(connection, name, operation, actor, reason, about);
    }

    /**
     * Nothing is delivered any more, on any node, until {@link #resume}; what is in hand is finished. One that is paused stays so.
     *
     * @throws io.daybook.database.DatabaseFailure if the database cannot; nothing was changed
     */
    public void pause() {
        change("Pausing", (c, stored) -> {
            registrations.pause(c, name, reason);
            record(c, Acts.PAUSE, Map.of());
        });
    }

    /**
     * What was paused, or stopped by its failure policy, goes on where it was. One that is not paused goes on anyway.
     *
     * @throws io.daybook.database.DatabaseFailure if the database cannot; nothing was changed
     */
    public void resume() {
        change("Resuming", (c, stored) -> {
            registrations.resume(c, name);
            record(c, Acts.RESUME, Map.of());
        });
    }

    /**
     * Sets its cursor: back, so that events are delivered again (to transactional consumers too: their effects are had twice), or on,
     * so that events are left out. Works while it is delivered: what a node has in hand at that moment does not move the cursor any more.
     * Parked events stay parked.
     *
     * @return the position after which it goes on
     * @throws IllegalArgumentException if the ledger does not have that position; nothing was changed
     * @throws io.daybook.database.DatabaseFailure if the database cannot; nothing was changed
     */
    public long moveTo(Start place) {
        return moveTo(place, jooq -> {});
    }

    /**
     * The same, and does that in the same transaction: both, or nothing. For who has effects in the same database and wants to have them
     * all anew, such as a projection that empties its table. Nobody else changes the registration or its cursors meanwhile.
     *
     * @param also never commits or rolls back; where it throws, nothing is changed
     * @return the position after which it goes on
     * @throws IllegalArgumentException if the ledger does not have that position; nothing was changed
     * @throws io.daybook.database.DatabaseFailure if the database cannot; nothing was changed
     */
    public long moveTo(Start place, Consumer<DSLContext> also) {
        LedgerPoint point = resolve.apply(place);
        change("Moving", (c, stored) -> {
            boolean back = point.position() <= stored.last().position();
            Map<String, Object> about = new LinkedHashMap<>();
            about.put(
                    "from",
                    stored.cursors().stream()
                            .map(cursor -> cursor.point().position())
                            .toList());
            about.put("to", point.position());
            also.accept(database.applicationJooq(c));
            registrations.move(c, name, point);
            record(c, back ? Acts.REWIND : Acts.SKIP_TO, about);
        });
        return point.position();
    }

    /**
     * Events that were set aside for it, in the order of the ledger.
     *
     * @param after only those after that position; 0 = from the first one
     * @param most at most so many
     */
    public List<ParkedEvent> parked(long after, int most) {
        return parked.list(name, after, most);
    }

    /**
     * The parked events of that entity are tried again, in order, by who delivers its partition: those that succeed are no longer
     * parked; at the first that fails the rest stays. The cursor does not move.
     *
     * @return how many are to be tried
     * @throws io.daybook.database.DatabaseFailure if the database cannot; nothing was changed
     */
    public int retryParked(EntityRef entity) {
        return retry(entity);
    }

    /** All parked events are tried again: see {@link #retryParked(EntityRef)}. */
    public int retryParked() {
        return retry(null);
    }

    private int retry(@Nullable EntityRef entity) {
        int[] count = new int[1];
        change("Retrying what is parked for", (c, stored) -> {
            count[0] = parked.retry(c, name, entity);
            if (count[0] > 0) {
                Map<String, Object> about = new LinkedHashMap<>();
                about.put("events", count[0]);
                if (entity != null) {
                    about.put("entity", entity.toString());
                }
                record(c, Acts.RETRY, about);
            }
        });
        return count[0];
    }

    /**
     * A parked event is given up: it is never delivered to this registration.
     *
     * @return whether there was one at that position
     * @throws IllegalStateException if the cursor has not passed it yet, so that it would come again; nothing was changed
     * @throws io.daybook.database.DatabaseFailure if the database cannot; nothing was changed
     */
    public boolean discard(long position) {
        boolean[] found = new boolean[1];
        change("Discarding what is parked for", (c, stored) -> {
            parked.discard(c, name, position).ifPresent(event -> {
                found[0] = true;
                int partition = Partitions.of(event.entity(), stored.cursors().size());
                if (stored.cursors().get(partition).point().position() < position) {
                    throw new IllegalStateException(
                            "The cursor of registration %s has not passed position %d yet, so it would come again. Nothing was changed; discard it when what is before it is done."
                                    .formatted(name, position));
                }
                // Whoever delivers the partition begins anew, in the next epoch, and sees what is still parked.
                registrations.renewEpoch(
                        c, name, event.entity(), stored.cursors().size());
                Map<String, Object> about = new LinkedHashMap<>();
                about.put("position", position);
                about.put("entity", event.entity().toString());
                about.put("attempts", event.attempts());
                event.error().ifPresent(error -> about.put("error", error));
                record(c, Acts.DISCARD, about);
            });
        });
        return found[0];
    }

    /**
     * Divides its entities into another number of partitions. While it is delivered, all partitions come to the same position first
     * and wait there, so no event is lost, doubled or out of order; meanwhile it should be consumed.
     *
     * @param partitions 1 to 256
     * @param timeout how long to wait for the partitions to meet
     * @throws AwaitTimeout if they did not; it stays divided as it was
     * @throws io.daybook.database.DatabaseFailure if the database cannot
     * @throws InterruptedException if the thread was interrupted; it stays divided as it was
     */
    public void divide(int partitions, Duration timeout) throws InterruptedException {
        Partitions.check(partitions);
        long deadline = System.nanoTime() + WakeUp.nanos(timeout);
        Duration pause = Duration.ofMillis(5);
        boolean divided = false;
        try {
            while (!divided) {
                divided = divideIfTogether(partitions);
                if (!divided) {
                    if (System.nanoTime() > deadline) {
                        throw new AwaitTimeout(
                                "The partitions of registration %s did not come to the same position, so that it could be divided anew, and it stays as it was; consumers must run, and not be paused or failing: this was not so"
                                        .formatted(name),
                                timeout);
                    }
                    Thread.sleep(pause.toMillis());
                    pause = WakeUp.longer(pause, pause, LONGEST_PAUSE);
                }
            }
        } finally {
            if (!divided) {
                registrations.drain(name, null);
                divisionChanged.run();
            }
        }
    }

    private boolean divideIfTogether(int partitions) {
        RegistrationTable.Stored now = registrations
                .find(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "There is no registration %s any more. Nothing was changed.".formatted(name)));
        if (areTogether(now)) {
            boolean[] done = new boolean[1];
            change("Dividing", (c, stored) -> {
                // Locked now: between the look and here somebody may have moved on.
                if (areTogether(stored)) {
                    Map<String, Object> about = new LinkedHashMap<>();
                    about.put("from", stored.cursors().size());
                    about.put("to", partitions);
                    registrations.divide(c, name, stored.cursors().size(), partitions, stored.last());
                    record(c, Acts.DIVIDE, about);
                    done[0] = true;
                }
            });
            return done[0];
        }
        OptionalLong until = now.drainUntil();
        boolean passed = until.isEmpty()
                || now.cursors().stream().anyMatch(cursor -> cursor.point().position() > until.getAsLong());
        if (passed) {
            // Everybody is before the head, so that is where they can meet.
            registrations.drain(name, ledger.head().position());
            divisionChanged.run();
        }
        return false;
    }

    /** Whether all partitions are at one place, and nothing after it was handed out: nobody delivers, or everybody waits there. */
    private static boolean areTogether(RegistrationTable.Stored stored) {
        long first = stored.last().position();
        boolean together =
                stored.cursors().stream().allMatch(cursor -> cursor.point().position() == first);
        boolean still = stored.cursors().stream().allMatch(cursor -> cursor.owner() == null)
                || stored.drainUntil().equals(OptionalLong.of(first));
        return together && still;
    }
}
