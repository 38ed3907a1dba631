package io.daybook.notifier;

import io.daybook.database.Database;
import io.daybook.database.DatabaseFailure;
import io.daybook.database.SqlStates;
import io.daybook.event.DaybookException;
import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Topic;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerDiverged;
import io.daybook.ledger.LedgerPoint;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What registrations need of the database: what to deliver, and what became of it. Thread-safe. */
final class Deliverer {

    private static final Logger LOG = LoggerFactory.getLogger(Deliverer.class);

    /** H2 looks at one event after the other, and has what it finds in the heap: so it looks at no more positions in one statement. */
    private static final long LONGEST_H2_RANGE = 500_000;

    /** How many registrations may catch up from the database at the same time: the pool is the application's too. */
    private static final int CATCHING_UP = 3;

    /** Where so many events are set aside, something is wrong with the consumer and not with the events. */
    private static final int MOST_PARKED = 10_000;

    private static final int RETRIES_AT_ONCE = 100;

    /** A node that froze while it acts must not hold the cursor, and what the consumer locked, for ever. */
    private static final String FROZEN_AFTER = "60s";

    private final Database database;
    private final Ledger ledger;
    private final CursorTable cursors;
    private final RegistrationTable registrations;
    private final ParkedTable parked;
    private final Recorder recorder;
    private final Semaphore catchingUp = new Semaphore(CATCHING_UP, true);

    Deliverer(
            Database database,
            Ledger ledger,
            CursorTable cursors,
            RegistrationTable registrations,
            ParkedTable parked,
            Recorder recorder) {
        this.database = database;
        this.ledger = ledger;
        this.cursors = cursors;
        this.registrations = registrations;
        this.parked = parked;
        this.recorder = recorder;
    }

    /** A commit whose outcome nobody knows: the cursor in the database tells. */
    static final class InDoubt extends DaybookException {
        private static final long serialVersionUID = 1L;

        InDoubt(String registration, SQLException cause) {
            super(
                    "The connection broke while registration %s finished events (SQLSTATE %s): whether that was committed, its cursor tells. It goes on from there."
                            .formatted(registration, cause.getSQLState()),
                    cause);
        }
    }

    /** One look of that reach. */
    Ledger.Page read(Set<Topic> topics, LedgerPoint from, Reach reach, String id) throws InterruptedException {
        catchingUp.acquire();
        try {
            return ledger.sparse(
                    topics,
                    from,
                    database.isPostgresql() ? reach.positions() : Math.min(reach.positions(), LONGEST_H2_RANGE),
                    reach.page(),
                    "Registration " + id);
        } finally {
            catchingUp.release();
        }
    }

    List<LedgerPoint> cursors(String registration) {
        return cursors.cursors(registration);
    }

    /** That place of the ledger; null if it ends before. */
    @Nullable
    LedgerPoint point(long position) {
        return ledger.point(position).orElse(null);
    }

    /** What is wrong with the cursor; null = nothing. */
    @Nullable
    LedgerDiverged compare(String registration, LedgerPoint cursor) {
        Optional<LedgerPoint> found = ledger.point(cursor.position());
        return found.equals(Optional.of(cursor))
                ? null
                : new LedgerDiverged("Registration " + registration, cursor, found.orElse(null));
    }

    List<EntityRef> parked(String registration, int partition) {
        return parked.entities(registration, partition);
    }

    List<Delivery> toRetry(Partition partition) {
        List<Delivery> deliveries = new ArrayList<>();
        for (ParkedEvent event : parked.toRetry(partition.registration.id(), partition.number, RETRIES_AT_ONCE)) {
            ledger.entry(event.position())
                    .ifPresent(entry -> deliveries.add(Delivery.ofParked(partition, entry, event.attempts())));
        }
        return deliveries;
    }

    /**
     * Sets events aside, and records it.
     *
     * @param after where the cursor may be then; null = where it is: something before them is not done
     * @param why null = because earlier events of their entities are
     * @throws OwnershipLost if the partition is another node's now
     */
    void park(
            Registration registration,
            Partition partition,
            List<Delivery> deliveries,
            @Nullable LedgerPoint after,
            @Nullable Throwable why,
            int attempts) {
        String name = registration.id();
        boolean stopped = database.transaction("Parking events of registration " + name, c -> {
            fence(c, partition, after);
            for (Delivery delivery : deliveries) {
                parked.park(c, partition, delivery, why, attempts);
            }
            List<Delivery> worthRecording =
                    deliveries.stream().filter(d -> !isAct(d)).toList();
            if (!worthRecording.isEmpty()) {
                recorder.record(
                        c,
                        name,
                        Acts.PARK,
                        null,
                        why == null ? "an earlier event of the entity is parked" : cut(why.toString()),
                        Map.of(
                                "positions",
                                worthRecording.stream()
                                        .map(d -> d.entry().position())
                                        .toList(),
                                "attempts",
                                attempts));
            }
            boolean tooMany = parked.count(c, name) > MOST_PARKED;
            if (tooMany) {
                String reason = "more than %d events are parked".formatted(MOST_PARKED);
                registrations.pause(c, name, reason);
                recorder.record(c, name, Acts.STOP, null, reason, Map.of());
            }
            return tooMany;
        });
        if (why != null) {
            LOG.error(
                    "Registration {} parked position {} ({} of {}) after {} attempts: {}. Later events of that entity are parked too, others go on. See what to do: ./daybook parked {}",
                    name,
                    deliveries.get(0).entry().position(),
                    deliveries.get(0).event().operation(),
                    deliveries.get(0).entity(),
                    attempts,
                    why.toString(),
                    name);
        }
        if (stopped) {
            LOG.error(
                    "Registration {} has more than {} parked events and is stopped. Mend its consumer, retry or discard them, then resume it.",
                    name,
                    MOST_PARKED);
        }
    }

    /** What is done to a registration about what was done to registrations is not recorded again: it would never end. */
    private static boolean isAct(Delivery delivery) {
        return delivery.entity().type().equals(EntityType.DAYBOOK_REGISTRATION);
    }

    private static String cut(String text) {
        String clean = text.replace('\0', ' ');
        return clean.length() <= 1_000 ? clean : clean.substring(0, clean.offsetByCodePoints(0, 500));
    }

    /** The cursor moves along, so that nobody who takes the partition anew decides about these events again. */
    private void fence(Connection connection, Partition partition, @Nullable LedgerPoint after) throws SQLException {
        fence(connection, partition);
        if (after != null) {
            move(connection, partition, after);
        }
    }

    private void fence(Connection connection, Partition partition) throws SQLException {
        String name = partition.registration.id();
        if (!cursors.fence(connection, name, partition.number, partition.epoch, partition.savedPosition())) {
            throw new OwnershipLost(name, partition.number, partition.epoch);
        }
    }

    private void move(Connection connection, Partition partition, LedgerPoint to) throws SQLException {
        move(connection, partition, to.position(), to);
    }

    private void move(Connection connection, Partition partition, long atMost, LedgerPoint to) throws SQLException {
        String name = partition.registration.id();
        LeaseTable.Move move =
                new LeaseTable.Move(name, partition.number, partition.epoch, partition.savedPosition(), atMost, to);
        if (!cursors.save(connection, move)) {
            throw new OwnershipLost(name, partition.number, partition.epoch);
        }
    }

    /**
     * A parked event is processed.
     *
     * @return whether it was the last one of its entity
     * @throws OwnershipLost if the partition is another node's now
     */
    boolean unpark(Registration registration, Partition partition, Delivery delivery) {
        return database.transaction("Unparking an event of registration " + registration.id(), c -> {
            fence(c, partition);
            return parked.remove(c, registration.id(), delivery);
        });
    }

    /**
     * Records that an event is left out.
     *
     * @param after where the cursor may be then; null = where it is: something before it is not done
     * @throws OwnershipLost if the partition is another node's now
     */
    void skip(
            Registration registration,
            Partition partition,
            Delivery delivery,
            @Nullable LedgerPoint after,
            Throwable why,
            int attempts) {
        String name = registration.id();
        database.transaction("Skipping an event of registration " + name, c -> {
            fence(c, partition, after);
            if (!isAct(delivery)) {
                recorder.record(
                        c,
                        name,
                        Acts.SKIP,
                        null,
                        cut(why.toString()),
                        Map.of("position", delivery.entry().position(), "attempts", attempts));
            }
            return true;
        });
        LOG.error(
                "Registration {} skips position {} ({} of {}) after {} attempts: {}.",
                name,
                delivery.entry().position(),
                delivery.event().operation(),
                delivery.entity(),
                attempts,
                why.toString());
    }

    void stop(Registration registration, Delivery delivery, Throwable why, int attempts) {
        String reason =
                "position %d failed %d times: %s".formatted(delivery.entry().position(), attempts, cut(why.toString()));
        database.transaction("Stopping registration " + registration.id(), c -> {
            if (!registrations.pause(c, registration.id(), reason)) {
                // Another partition was first.
                return false;
            }
            Map<String, Object> about = new LinkedHashMap<>();
            about.put("position", delivery.entry().position());
            about.put("attempts", attempts);
            recorder.record(c, registration.id(), Acts.STOP, null, cut(why.toString()), about);
            return true;
        });
        LOG.error(
                "Registration {} is stopped on all nodes: {}. Mend its consumer, then: ./daybook resume {}",
                registration.id(),
                reason,
                registration.id());
    }

    /**
     * The work and the cursor, or neither.
     *
     * @return whether a parked event was the last one of its entity
     */
    boolean finish(
            Registration registration, Partition partition, List<Delivery> deliveries, Batch.TransactionalWork work)
            throws Exception {
        Delivery last = deliveries.get(deliveries.size() - 1);
        try {
            return database.inTransaction(c -> {
                if (database.isPostgresql()) {
                    limitFreeze(c);
                }
                try {
                    work.on(database.applicationJooq(c));
                } catch (Exception e) {
                    throw new WorkFailed(e);
                }
                // Last, so that the row is locked for no longer than the commit takes. The epoch tells whether all that
                // was
                // rightly done; if not, it is rolled back.
                if (last.isRetry()) {
                    fence(c, partition);
                    return parked.remove(c, registration.id(), last);
                }
                move(
                        c,
                        partition,
                        deliveries.get(0).entry().position() - 1,
                        last.entry().point());
                return false;
            });
        } catch (WorkFailed e) {
            throw e.because;
        } catch (SQLException e) {
            throw SqlStates.isConnectionLost(e)
                    ? new InDoubt(registration.id(), e)
                    : new DatabaseFailure("Finishing events of registration " + registration.id(), e);
        }
    }

    private static void limitFreeze(Connection connection) throws SQLException {
        try (PreparedStatement set =
                connection.prepareStatement("select set_config('idle_in_transaction_session_timeout', ?, true)")) {
            set.setString(1, FROZEN_AFTER);
            set.execute();
        }
    }

    private static final class WorkFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Exception because;

        WorkFailed(Exception because) {
            super(because);
            this.because = because;
        }
    }
}
