package io.daybook.notifier;

import io.daybook.event.EntityRef;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tables of a daybook in memory, as {@link CursorTable}, {@link RegistrationTable}, {@link ParkedTable} and {@link Deliverer} write
 * them, and a checker that sees every write. Transactions are atomic; each is one call, with an await point before and after it, and
 * {@link LeaseTable#look} is the four statements that it is.
 */
final class SimulatedStore {

    /** What may be wrong with a store, to see that the simulation finds it. */
    enum Flaw {
        NONE,
        CURSORS_WITHOUT_EPOCH,
        /** Whether a cursor was set back is not looked at. */
        SET_BACK_UNNOTICED,
        EFFECTS_WITHOUT_EPOCH,
        TAKEN_WITHOUT_LOOKING_AT_THE_EPOCH,
        /** The epoch is compared in one statement and counted up in another. */
        TAKEN_IN_TWO_STEPS,
        RELEASED_WITHOUT_EPOCH,
        EFFECT_AND_CURSOR_APART,
        CURSOR_BEFORE_THE_EFFECT,
        DIVIDED_WITH_EPOCHS_FROM_ZERO,
        REGISTERED_AGAIN_WITH_EPOCHS_FROM_ZERO,
        /** Whoever looks sees the topics that it was registered with. */
        REPLACED_TOPICS_NOT_TOLD
    }

    /** By name. */
    final Map<String, SimulatedRegistration> registrations = new TreeMap<>();

    private boolean setBack;
    /** Nodes, with the end of their leases. */
    final Map<String, Long> leases = new HashMap<>();
    /** By name of the registration: later than any epoch that one of that name ever had. */
    private final Map<String, Long> unusedEpochs = new HashMap<>();

    private final Simulation simulation;
    private final Flaw flaw;

    SimulatedStore(Simulation simulation, Flaw flaw) {
        this.simulation = simulation;
        this.flaw = flaw;
    }

    /** Unless it is there. */
    SimulatedRegistration add(String name, int partitions, SimulatedRegistration.Wish wish, LedgerPoint start) {
        boolean fromZero = flaw == Flaw.REGISTERED_AGAIN_WITH_EPOCHS_FROM_ZERO;
        return registrations.computeIfAbsent(
                name,
                n -> new SimulatedRegistration(
                        simulation, n, partitions, wish, start, fromZero ? 0 : unusedEpochs.getOrDefault(n, 0L)));
    }

    /** With its cursors, its candidates and what is parked for it. */
    void remove(String name) {
        SimulatedRegistration removed = registrations.remove(name);
        if (removed != null) {
            unusedEpochs.put(name, removed.latestEpoch() + 1);
        }
    }

    @Nullable
    SimulatedRegistration stored(String registration) {
        return registrations.get(registration);
    }

    boolean isAlive(@Nullable String node) {
        return node != null && leases.getOrDefault(node, Long.MIN_VALUE) > simulation.now;
    }

    /** The store as that process sees it: every call may be its last, and is one where others come in between. */
    LeaseTable seenBy(SimulatedNode process) {
        return new LeaseTable() {

            @Override
            public void begin(String node, Duration lease) {
                process.call("begin", () -> leases.put(node, simulation.now + lease.toNanos()));
            }

            @Override
            public boolean renew(String node, Duration lease) {
                return process.call("renew", () -> {
                    if (!isAlive(node)) {
                        return false;
                    }
                    leases.put(node, simulation.now + lease.toNanos());
                    return true;
                });
            }

            @Override
            public void end(String node) {
                process.call("end", () -> {
                    leases.remove(node);
                    registrations.values().forEach(r -> withdrawn(r, node));
                    return true;
                });
            }

            @Override
            public boolean compete(String node, String registration) {
                return process.call("compete", () -> {
                    SimulatedRegistration r = stored(registration);
                    if (r != null && leases.containsKey(node)) {
                        r.candidates.add(node);
                    }
                    return r != null;
                });
            }

            @Override
            public void withdraw(String node, String registration) {
                process.call("withdraw", () -> {
                    SimulatedRegistration r = stored(registration);
                    if (r != null) {
                        withdrawn(r, node);
                    }
                    return true;
                });
            }

            @Override
            public List<Look> look(Collection<String> names) {
                Map<String, List<String>> candidates = process.call("look at candidates", () -> {
                    Map<String, List<String>> found = new HashMap<>();
                    there(names)
                            .forEach(r -> found.put(
                                    r.name,
                                    r.candidates.stream()
                                            .filter(SimulatedStore.this::isAlive)
                                            .toList()));
                    return found;
                });
                simulation.await(process);
                Set<String> retries = new HashSet<>();
                for (SimulatedRegistration r : there(names)) {
                    for (SimulatedRegistration.Parked p : r.parked.values()) {
                        if (p.retry) {
                            retries.add(r.name + p.partition);
                        }
                    }
                }
                simulation.await(process);
                Map<String, List<Share>> shares = new HashMap<>();
                for (SimulatedRegistration r : there(names)) {
                    List<Share> found = new ArrayList<>();
                    for (SimulatedRegistration.Cursor c : r.cursors) {
                        int number = found.size();
                        found.add(new Share(
                                number, c.epoch, c.owner, isAlive(c.owner), retries.contains(r.name + number)));
                    }
                    shares.put(r.name, found);
                }
                simulation.await(process);
                List<Look> looks = new ArrayList<>();
                for (SimulatedRegistration r : there(names)) {
                    looks.add(new Look(
                            r.name,
                            flaw == Flaw.REPLACED_TOPICS_NOT_TOLD
                                    ? r.firstTopics()
                                    : r.wish().topics(),
                            r.paused,
                            r.drainUntil,
                            shares.getOrDefault(r.name, List.of()),
                            candidates.getOrDefault(r.name, List.of())));
                }
                simulation.await(process);
                return looks;
            }

            @Override
            public Optional<Taken> take(String registration, int partition, long seenEpoch, String node) {
                if (flaw == Flaw.TAKEN_IN_TWO_STEPS
                        && !process.call("compare", () -> isEpoch(registration, partition, seenEpoch))) {
                    return Optional.empty();
                }
                boolean compares = flaw != Flaw.TAKEN_WITHOUT_LOOKING_AT_THE_EPOCH && flaw != Flaw.TAKEN_IN_TWO_STEPS;
                return process.call("take", () -> {
                    SimulatedRegistration r = stored(registration);
                    if (r == null || partition >= r.cursors.size() || (compares && !r.isEpoch(partition, seenEpoch))) {
                        return Optional.empty();
                    }
                    SimulatedRegistration.Cursor cursor = r.cursors.get(partition);
                    cursor.owner = node;
                    cursor.epoch = seenEpoch + 1;
                    r.tookOver(process, partition, cursor.epoch);
                    process.takenOf = r;
                    return Optional.of(new Taken(cursor.epoch, cursor.point));
                });
            }

            @Override
            public void release(String registration, int partition, long epoch) {
                process.call("release", () -> {
                    SimulatedRegistration r = stored(registration);
                    boolean compares = flaw != Flaw.RELEASED_WITHOUT_EPOCH;
                    if (r != null && partition < r.cursors.size() && (!compares || r.isEpoch(partition, epoch))) {
                        SimulatedRegistration.Cursor cursor = r.cursors.get(partition);
                        simulation.check(
                                cursor.owner == null || cursor.epoch == epoch,
                                () -> "%s gave up %s-%d of epoch %d, which is %s's in epoch %d"
                                        .formatted(
                                                process, registration, partition, epoch, cursor.owner, cursor.epoch));
                        cursor.owner = null;
                    }
                    return true;
                });
            }

            @Override
            public List<Move> save(Collection<Move> moves) {
                return process.call("save", () -> {
                    List<Move> refused = new ArrayList<>();
                    for (Move move : moves) {
                        SimulatedRegistration r = stored(move.registration());
                        if (r != null) {
                            r.remember();
                        }
                        if (r == null || !r.move(process, move, flaw != Flaw.CURSORS_WITHOUT_EPOCH, notices())) {
                            refused.add(move);
                        }
                    }
                    return refused;
                });
            }
        };
    }

    private List<SimulatedRegistration> there(Collection<String> names) {
        List<SimulatedRegistration> there = new ArrayList<>();
        for (SimulatedRegistration r : registrations.values()) {
            if (names.contains(r.name)) {
                there.add(r);
            }
        }
        return there;
    }

    private boolean isEpoch(String registration, int partition, long epoch) {
        SimulatedRegistration r = stored(registration);
        return r != null && r.isEpoch(partition, epoch);
    }

    private static void withdrawn(SimulatedRegistration registration, String node) {
        registration.candidates.remove(node);
        for (SimulatedRegistration.Cursor cursor : registration.cursors) {
            if (node.equals(cursor.owner)) {
                cursor.owner = null;
            }
        }
    }

    // --- what a node does to events: as in Deliverer, each in one transaction
    // ------------------------------------------

    private boolean notices() {
        return flaw != Flaw.SET_BACK_UNNOTICED;
    }

    /** A database that fails over to a standby which had not received the last moves of the cursors. */
    boolean wasSetBack() {
        return setBack;
    }

    void setBack(SimulatedRegistration registration, int moves, boolean effectsToo) {
        if (registration.setBack(moves, effectsToo)) {
            setBack = true;
            simulation.tell(() -> "the database is set back: %s to %s"
                    .formatted(
                            registration.name,
                            registration.cursors.stream()
                                    .map(c -> c.point.position())
                                    .toList()));
        }
    }

    /** @param after where the cursor is moved to in the same transaction; null = it stays */
    private SimulatedRegistration fence(
            SimulatedNode writer, Partition partition, String registration, @Nullable LedgerPoint after) {
        SimulatedRegistration r = stored(registration);
        if (r == null
                || !r.isEpoch(partition.number, partition.epoch)
                || (notices() && r.cursors.get(partition.number).point.position() < partition.savedPosition())) {
            throw new OwnershipLost(registration, partition.number, partition.epoch);
        }
        if (after == null) {
            r.forgetPasts();
        } else {
            r.remember();
        }
        r.wrote(writer, partition.number, partition.epoch);
        return r;
    }

    void park(
            SimulatedNode writer,
            String registration,
            Partition partition,
            List<Delivery> deliveries,
            @Nullable LedgerPoint after) {
        SimulatedRegistration s = fence(writer, partition, registration, after);
        for (Delivery delivery : deliveries) {
            long position = delivery.entry().position();
            if (delivery.isRetry()) {
                s.parked.values().stream()
                        .filter(p -> p.entity().equals(delivery.entity()))
                        .forEach(p -> p.retry = false);
            } else {
                boolean retry = s.parked.values().stream()
                        .anyMatch(p -> p.retry && p.entity().equals(delivery.entity()));
                s.parked.putIfAbsent(
                        position, new SimulatedRegistration.Parked(delivery.entry(), partition.number, retry));
            }
        }
        if (after != null) {
            s.move(writer, move(registration, partition, after), flaw != Flaw.CURSORS_WITHOUT_EPOCH, notices());
        }
    }

    /** A parked event is processed. @return whether it was the last one of its entity */
    boolean unpark(SimulatedNode writer, String registration, Partition partition, Delivery delivery) {
        SimulatedRegistration s = fence(writer, partition, registration, null);
        s.parked.remove(delivery.entry().position());
        return s.parked.values().stream().noneMatch(p -> p.entity().equals(delivery.entity()));
    }

    void skip(
            SimulatedNode writer,
            String registration,
            Partition partition,
            Delivery delivery,
            @Nullable LedgerPoint after) {
        SimulatedRegistration s = fence(writer, partition, registration, after);
        s.leaveOut((int) delivery.entry().position());
        if (after != null) {
            s.move(writer, move(registration, partition, after), true, notices());
        }
    }

    private static LeaseTable.Move move(String registration, Partition partition, LedgerPoint to) {
        return new LeaseTable.Move(registration, partition.number, partition.epoch, partition.savedPosition(), to);
    }

    /** Effects and the cursor in one transaction. @return whether a parked event was the last one of its entity */
    boolean finish(SimulatedNode writer, String registration, Partition partition, List<Delivery> deliveries) {
        SimulatedRegistration s = stored(registration);
        Delivery last = deliveries.get(deliveries.size() - 1);
        boolean apart = flaw == Flaw.EFFECT_AND_CURSOR_APART || flaw == Flaw.CURSOR_BEFORE_THE_EFFECT;
        boolean fenced = flaw != Flaw.EFFECTS_WITHOUT_EPOCH && !apart;
        if (s == null || (fenced && !s.isEpoch(partition.number, partition.epoch))) {
            throw new OwnershipLost(registration, partition.number, partition.epoch);
        }
        if (last.isRetry()) {
            if (fenced && notices() && s.cursors.get(partition.number).point.position() < partition.savedPosition()) {
                throw new OwnershipLost(registration, partition.number, partition.epoch);
            }
            s.effect(last.entry());
            return unpark(writer, registration, partition, last);
        }
        SimulatedRegistration.Cursor cursor =
                partition.number < s.cursors.size() ? s.cursors.get(partition.number) : null;
        if (fenced
                && (cursor == null
                        || cursor.point.position() >= deliveries.get(0).entry().position()
                        || (notices() && cursor.point.position() < partition.savedPosition()))) {
            throw new OwnershipLost(registration, partition.number, partition.epoch);
        }
        s.remember();
        if (flaw != Flaw.CURSOR_BEFORE_THE_EFFECT) {
            deliveries.forEach(d -> s.effect(d.entry()));
        }
        if (apart) {
            simulation.await(writer);
        }
        boolean moved = s.move(
                writer,
                move(registration, partition, last.entry().point()),
                flaw != Flaw.EFFECTS_WITHOUT_EPOCH,
                notices());
        if (!moved) {
            throw new OwnershipLost(registration, partition.number, partition.epoch);
        }
        if (flaw == Flaw.CURSOR_BEFORE_THE_EFFECT) {
            deliveries.forEach(d -> s.effect(d.entry()));
        }
        return false;
    }

    Set<EntityRef> parkedEntities(String registration, int partition) {
        Set<EntityRef> entities = new LinkedHashSet<>();
        parked(registration, partition).forEach(p -> entities.add(p.entity()));
        return entities;
    }

    List<LedgerEntry> toRetry(String registration, int partition) {
        return parked(registration, partition).stream()
                .filter(p -> p.retry)
                .map(p -> p.entry)
                .toList();
    }

    private List<SimulatedRegistration.Parked> parked(String registration, int partition) {
        SimulatedRegistration r = stored(registration);
        return r == null
                ? List.of()
                : r.parked.values().stream()
                        .filter(p -> p.partition == partition)
                        .toList();
    }

    /** As {@link RegistrationTable#divide}. */
    void divide(SimulatedRegistration s, int partitions) {
        LedgerPoint point = s.cursors.get(0).point;
        s.forgetPasts();
        s.drainUntil = OptionalLong.empty();
        long next = s.latestEpoch() + 1;
        boolean fromZero = flaw == Flaw.DIVIDED_WITH_EPOCHS_FROM_ZERO;
        for (SimulatedRegistration.Cursor cursor : s.cursors) {
            SimulatedRegistration.disown(cursor, fromZero ? cursor.epoch + 1 : next);
        }
        while (s.cursors.size() > partitions) {
            s.cursors.remove(s.cursors.size() - 1);
        }
        while (s.cursors.size() < partitions) {
            s.cursors.add(new SimulatedRegistration.Cursor(point, fromZero ? 0 : next));
        }
        s.parked.values().forEach(p -> p.partition = s.partitionOf(p.entity()));
    }
}
