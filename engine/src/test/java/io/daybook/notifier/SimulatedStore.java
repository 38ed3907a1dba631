package io.daybook.notifier;

import io.daybook.event.EntityRef;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
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
        EFFECTS_WITHOUT_EPOCH,
        TAKEN_WITHOUT_LOOKING_AT_THE_EPOCH,
        EFFECT_AND_CURSOR_APART,
        DIVIDED_WITH_EPOCHS_FROM_ZERO
    }

    /** A row of {@code cursors}. */
    static final class Cursor {
        LedgerPoint point;
        long epoch;

        @Nullable
        String owner;

        Cursor(LedgerPoint point, long epoch) {
            this.point = point;
            this.epoch = epoch;
        }
    }

    /** A row of {@code parked_events}. */
    static final class Parked {
        final LedgerEntry entry;
        int partition;
        boolean retry;

        Parked(LedgerEntry entry, int partition, boolean retry) {
            this.entry = entry;
            this.partition = partition;
            this.retry = retry;
        }

        EntityRef entity() {
            return entry.event().entity();
        }
    }

    /** How a registration is consumed. */
    enum Kind {
        /** One hand per partition, effect and cursor in one transaction. */
        TRANSACTIONAL,
        /** One hand per partition, at least once. */
        CLAIMED,
        /** Whoever polls, several events in hand at the same time. */
        POLLED
    }

    /** A registration, with its cursors, its candidates, what is parked for it, and what the checker knows of it. */
    final class Stored {
        final String name;
        final Kind kind;
        final @Nullable EntityRef unheard;
        boolean paused;
        OptionalLong drainUntil = OptionalLong.empty();
        final List<Cursor> cursors = new ArrayList<>();
        final Set<String> candidates = new LinkedHashSet<>();
        final TreeMap<Long, Parked> parked = new TreeMap<>();

        /** Processed, or had in effect. */
        final BitSet processed = new BitSet();
        /** Ever handed out. */
        final BitSet delivered = new BitSet();
        /** Skipped, discarded, or behind the place that an operator set the cursor to; now, and ever. */
        final BitSet leftOut = new BitSet();

        final BitSet everLeftOut = new BitSet();
        /** What an operator asked for again may be had twice. */
        final BitSet askedForAgain = new BitSet();

        private final Map<String, String> owners = new HashMap<>();
        private final Map<String, Object> writers = new HashMap<>();

        Stored(String name, Kind kind, int partitions, @Nullable EntityRef unheard) {
            this.name = name;
            this.kind = kind;
            this.unheard = unheard;
            for (int i = 0; i < partitions; i++) {
                cursors.add(new Cursor(LedgerPoint.BEGINNING, 0));
            }
        }

        boolean hears(LedgerEntry entry) {
            return !entry.event().entity().equals(unheard);
        }

        int partitionOf(EntityRef entity) {
            return simulation.partitionOf(entity, cursors.size());
        }

        boolean isDealtWith(int position) {
            return processed.get(position) || leftOut.get(position) || parked.containsKey((long) position);
        }

        private boolean isEpoch(int partition, long epoch) {
            return partition < cursors.size() && cursors.get(partition).epoch == epoch;
        }

        /** An owner moves its cursor. */
        private boolean move(SimulatedNode writer, LeaseTable.Move move, boolean fenced) {
            if (move.partition() >= cursors.size()) {
                return false;
            }
            Cursor cursor = cursors.get(move.partition());
            if ((fenced && cursor.epoch != move.epoch())
                    || cursor.point.position() > move.to().position()) {
                return false;
            }
            wrote(writer, move.partition(), move.epoch());
            simulation.check(
                    cursor.epoch == move.epoch(),
                    () -> "%s moved the cursor of %s-%d in epoch %d, which is in epoch %d"
                            .formatted(writer, name, move.partition(), move.epoch(), cursor.epoch));
            for (int position = (int) cursor.point.position() + 1;
                    position <= move.to().position();
                    position++) {
                LedgerEntry entry = simulation.ledger.get(position - 1);
                int passed = position;
                if (hears(entry) && partitionOf(entry.event().entity()) == move.partition()) {
                    simulation.check(
                            isDealtWith(position),
                            () ->
                                    "the cursor of %s-%d passed position %d, which is neither processed nor parked nor left out"
                                            .formatted(name, move.partition(), passed));
                }
            }
            cursor.point = move.to();
            return true;
        }

        private void wrote(SimulatedNode writer, int partition, long epoch) {
            Object before = writers.putIfAbsent(partition + "@" + epoch, writer);
            simulation.check(
                    before == null || before == writer,
                    () -> "%s and %s both wrote %s-%d in epoch %d".formatted(before, writer, name, partition, epoch));
        }

        /** An effect is had; in the order of the entity, and once. */
        private void effect(LedgerEntry entry) {
            int position = (int) entry.position();
            simulation.check(
                    !processed.get(position) || askedForAgain.get(position),
                    () -> "the effect of position %d was had twice by %s".formatted(position, name));
            for (int earlier = 1; earlier < position; earlier++) {
                int before = earlier;
                if (simulation
                                .ledger
                                .get(earlier - 1)
                                .event()
                                .entity()
                                .equals(entry.event().entity())
                        && !askedForAgain.get(position)) {
                    simulation.check(
                            processed.get(before) || leftOut.get(before) || askedForAgain.get(before),
                            () -> "%s had the effect of position %d before that of position %d of the same entity"
                                    .formatted(name, position, before));
                }
            }
            processed.set(position);
        }
    }

    final Map<String, Stored> registrations = new LinkedHashMap<>();
    /** Nodes, with the end of their leases. */
    final Map<String, Long> leases = new HashMap<>();

    private final Simulation simulation;
    private final Flaw flaw;

    SimulatedStore(Simulation simulation, Flaw flaw) {
        this.simulation = simulation;
        this.flaw = flaw;
    }

    void add(String name, Kind kind, int partitions, @Nullable EntityRef unheard) {
        registrations.put(name, new Stored(name, kind, partitions, unheard));
    }

    Stored stored(String registration) {
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
                    if (leases.containsKey(node)) {
                        stored(registration).candidates.add(node);
                    }
                    return true;
                });
            }

            @Override
            public void withdraw(String node, String registration) {
                process.call("withdraw", () -> {
                    withdrawn(stored(registration), node);
                    return true;
                });
            }

            @Override
            public List<Look> look(Collection<String> names) {
                Map<String, List<String>> candidates = process.call("look at candidates", () -> {
                    Map<String, List<String>> found = new HashMap<>();
                    names.forEach(name -> found.put(
                            name,
                            stored(name).candidates.stream()
                                    .filter(SimulatedStore.this::isAlive)
                                    .toList()));
                    return found;
                });
                simulation.await(process);
                Set<String> retries = new LinkedHashSet<>();
                for (String name : names) {
                    stored(name).parked.values().stream()
                            .filter(p -> p.retry)
                            .forEach(p -> retries.add(name + p.partition));
                }
                simulation.await(process);
                Map<String, List<Share>> shares = new HashMap<>();
                for (String name : names) {
                    List<Share> found = new ArrayList<>();
                    for (Cursor c : stored(name).cursors) {
                        int number = found.size();
                        found.add(
                                new Share(number, c.epoch, c.owner, isAlive(c.owner), retries.contains(name + number)));
                    }
                    shares.put(name, found);
                }
                simulation.await(process);
                List<Look> looks = new ArrayList<>();
                for (String name : names) {
                    Stored s = stored(name);
                    looks.add(new Look(name, Set.of(), s.paused, s.drainUntil, shares.get(name), candidates.get(name)));
                }
                simulation.await(process);
                return looks;
            }

            @Override
            public Optional<Taken> take(String registration, int partition, long seenEpoch, String node) {
                return process.call("take", () -> {
                    Stored s = stored(registration);
                    if (partition >= s.cursors.size()) {
                        return Optional.empty();
                    }
                    Cursor cursor = s.cursors.get(partition);
                    if (cursor.epoch != seenEpoch && flaw != Flaw.TAKEN_WITHOUT_LOOKING_AT_THE_EPOCH) {
                        return Optional.empty();
                    }
                    cursor.owner = node;
                    cursor.epoch = seenEpoch + 1;
                    String before = s.owners.putIfAbsent(partition + "@" + cursor.epoch, node);
                    simulation.check(
                            before == null,
                            () -> "epoch %d of %s-%d has two owners: %s and %s"
                                    .formatted(cursor.epoch, registration, partition, before, node));
                    return Optional.of(new Taken(cursor.epoch, cursor.point));
                });
            }

            @Override
            public void release(String registration, int partition, long epoch) {
                process.call("release", () -> {
                    Stored s = stored(registration);
                    if (s.isEpoch(partition, epoch)) {
                        s.cursors.get(partition).owner = null;
                    }
                    return true;
                });
            }

            @Override
            public List<Move> save(Collection<Move> moves) {
                return process.call(
                        "save",
                        () -> moves.stream()
                                .filter(m ->
                                        !stored(m.registration()).move(process, m, flaw != Flaw.CURSORS_WITHOUT_EPOCH))
                                .toList());
            }
        };
    }

    private static void withdrawn(Stored registration, String node) {
        registration.candidates.remove(node);
        for (Cursor cursor : registration.cursors) {
            if (node.equals(cursor.owner)) {
                cursor.owner = null;
            }
        }
    }

    // --- what a node does to events: as in Deliverer, each in one transaction
    // ------------------------------------------

    private Stored fence(SimulatedNode writer, Partition partition, String registration) {
        Stored s = stored(registration);
        if (!s.isEpoch(partition.number, partition.epoch)) {
            throw new OwnershipLost(registration, partition.number, partition.epoch);
        }
        s.wrote(writer, partition.number, partition.epoch);
        return s;
    }

    void park(
            SimulatedNode writer,
            String registration,
            Partition partition,
            List<Delivery> deliveries,
            @Nullable LedgerPoint after) {
        Stored s = fence(writer, partition, registration);
        for (Delivery delivery : deliveries) {
            long position = delivery.entry().position();
            if (delivery.isRetry()) {
                s.parked.values().stream()
                        .filter(p -> p.entity().equals(delivery.entity()))
                        .forEach(p -> p.retry = false);
            } else {
                boolean retry = s.parked.values().stream()
                        .anyMatch(p -> p.retry && p.entity().equals(delivery.entity()));
                s.parked.putIfAbsent(position, new Parked(delivery.entry(), partition.number, retry));
            }
        }
        if (after != null) {
            s.move(
                    writer,
                    new LeaseTable.Move(registration, partition.number, partition.epoch, after),
                    flaw != Flaw.CURSORS_WITHOUT_EPOCH);
        }
    }

    /** A parked event is processed. @return whether it was the last one of its entity */
    boolean unpark(SimulatedNode writer, String registration, Partition partition, Delivery delivery) {
        Stored s = fence(writer, partition, registration);
        s.parked.remove(delivery.entry().position());
        return s.parked.values().stream().noneMatch(p -> p.entity().equals(delivery.entity()));
    }

    void skip(
            SimulatedNode writer,
            String registration,
            Partition partition,
            Delivery delivery,
            @Nullable LedgerPoint after) {
        Stored s = fence(writer, partition, registration);
        leaveOut(s, (int) delivery.entry().position());
        if (after != null) {
            s.move(writer, new LeaseTable.Move(registration, partition.number, partition.epoch, after), true);
        }
    }

    /** Effects and the cursor in one transaction. @return whether a parked event was the last one of its entity */
    boolean finish(SimulatedNode writer, String registration, Partition partition, List<Delivery> deliveries) {
        Stored s = stored(registration);
        Delivery last = deliveries.get(deliveries.size() - 1);
        boolean fenced = flaw != Flaw.EFFECTS_WITHOUT_EPOCH && flaw != Flaw.EFFECT_AND_CURSOR_APART;
        boolean apart = flaw == Flaw.EFFECT_AND_CURSOR_APART;
        if (fenced && !s.isEpoch(partition.number, partition.epoch)) {
            throw new OwnershipLost(registration, partition.number, partition.epoch);
        }
        if (last.isRetry()) {
            s.effect(last.entry());
            return unpark(writer, registration, partition, last);
        }
        Cursor cursor = partition.number < s.cursors.size() ? s.cursors.get(partition.number) : null;
        if (fenced && (cursor == null || cursor.point.position() > last.entry().position())) {
            throw new OwnershipLost(registration, partition.number, partition.epoch);
        }
        deliveries.forEach(d -> s.effect(d.entry()));
        if (apart) {
            simulation.await(writer);
        }
        boolean moved = s.move(
                writer,
                new LeaseTable.Move(
                        registration,
                        partition.number,
                        partition.epoch,
                        last.entry().point()),
                flaw != Flaw.EFFECTS_WITHOUT_EPOCH);
        if (!moved) {
            throw new OwnershipLost(registration, partition.number, partition.epoch);
        }
        return false;
    }

    Set<EntityRef> parkedEntities(String registration, int partition) {
        Set<EntityRef> entities = new LinkedHashSet<>();
        stored(registration).parked.values().stream()
                .filter(p -> p.partition == partition)
                .forEach(p -> entities.add(p.entity()));
        return entities;
    }

    List<LedgerEntry> toRetry(String registration, int partition) {
        return stored(registration).parked.values().stream()
                .filter(p -> p.retry && p.partition == partition)
                .map(p -> p.entry)
                .toList();
    }

    // --- what operators do, as in RegistrationControl
    // -------------------------------------------------------------------

    private static void leaveOut(Stored s, int position) {
        s.leftOut.set(position);
        s.everLeftOut.set(position);
    }

    void moveTo(Stored s, LedgerPoint point) {
        for (LedgerEntry entry : simulation.ledger) {
            int position = (int) entry.position();
            long before =
                    s.cursors.get(s.partitionOf(entry.event().entity())).point.position();
            if (position > point.position()) {
                // Also what was parked: it may be tried again before the cursor comes to it again.
                boolean again = position <= before || s.parked.containsKey((long) position);
                if (again || s.processed.get(position)) {
                    s.askedForAgain.set(position);
                }
                if (position <= before) {
                    s.processed.clear(position);
                    s.leftOut.clear(position);
                }
            } else if (position > before && !s.isDealtWith(position)) {
                leaveOut(s, position);
            }
        }
        for (Cursor cursor : s.cursors) {
            cursor.point = point;
            cursor.epoch++;
            cursor.owner = null;
        }
    }

    void retry(Stored s, @Nullable EntityRef entity) {
        s.parked.values().stream()
                .filter(p -> entity == null || p.entity().equals(entity))
                .forEach(p -> p.retry = true);
    }

    void discard(Stored s, long position) {
        Parked found = s.parked.get(position);
        if (found != null) {
            Cursor cursor = s.cursors.get(s.partitionOf(found.entity()));
            if (cursor.point.position() >= position) {
                s.parked.remove(position);
                leaveOut(s, (int) position);
                cursor.epoch++;
                cursor.owner = null;
            }
        }
    }

    static boolean areTogether(Stored s) {
        long first = s.cursors.get(0).point.position();
        return s.cursors.stream().allMatch(c -> c.point.position() == first)
                && (s.cursors.stream().allMatch(c -> c.owner == null) || s.drainUntil.equals(OptionalLong.of(first)));
    }

    /** As {@link RegistrationTable#divide}. */
    void divide(Stored s, int partitions) {
        LedgerPoint point = s.cursors.get(0).point;
        s.drainUntil = OptionalLong.empty();
        long next = s.cursors.stream().mapToLong(c -> c.epoch).max().orElseThrow() + 1;
        boolean fromZero = flaw == Flaw.DIVIDED_WITH_EPOCHS_FROM_ZERO;
        for (Cursor cursor : s.cursors) {
            cursor.epoch = fromZero ? cursor.epoch + 1 : next;
            cursor.owner = null;
        }
        while (s.cursors.size() > partitions) {
            s.cursors.remove(s.cursors.size() - 1);
        }
        while (s.cursors.size() < partitions) {
            s.cursors.add(new Cursor(point, fromZero ? 0 : next));
        }
        s.parked.values().forEach(p -> p.partition = s.partitionOf(p.entity()));
    }
}
