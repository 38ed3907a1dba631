package io.daybook.notifier;

import io.daybook.event.EntityRef;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A process that delivers: the real {@link Ownership} and real {@link Partition}s on a simulated store and clock. What is between
 * them is as in {@link Registration} and {@link Notifier}, which need a database: whoever changes the order of calls there changes it
 * here.
 */
final class SimulatedNode {

    /** Long enough never to be due: the clock of {@link Partition#unsaved} is a real one. */
    private static final Duration NEVER = Duration.ofDays(1_000);

    /** The process is killed: nothing of it happens any more. */
    static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    /** A call of the store failed: before it did anything, or when all was done. */
    static final class CallFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final boolean inDoubt;

        CallFailed(boolean inDoubt) {
            super(inDoubt ? "answer lost" : "call failed", null, false, false);
            this.inDoubt = inDoubt;
        }
    }

    private final Simulation simulation;
    private final SimulatedStore store;
    final String process;
    /** For how long its clock stood still, as that of a suspended machine does. */
    private long clockStood;

    final Ownership ownership;
    final Map<String, Hearing> hearings = new LinkedHashMap<>();

    boolean dead;
    private boolean frozen;
    private boolean clockFrozen;
    private long frozenSince;
    private boolean inOwnership;
    private boolean inReader;
    private LedgerPoint reader = LedgerPoint.BEGINNING;
    private final Set<Partition> index = new LinkedHashSet<>();
    private int begun;

    SimulatedNode(Simulation simulation, SimulatedStore store, String process, long clockAhead) {
        this.simulation = simulation;
        this.store = store;
        this.process = process;
        this.ownership = new Ownership(
                store.seenBy(this),
                () -> process + "." + ++begun,
                Simulation.LEASE,
                () -> simulation.now + clockAhead - clockStood,
                () -> {});
        store.registrations.values().forEach(s -> hearings.put(s.name, new Hearing(s)));
    }

    @Override
    public String toString() {
        return process;
    }

    boolean isFrozen() {
        return frozen;
    }

    /** Nothing of it happens until it is thawed. */
    void freeze(boolean clockToo) {
        frozen = true;
        clockFrozen = clockToo;
        frozenSince = simulation.now;
    }

    void thaw() {
        if (frozen) {
            frozen = false;
            clockStood += clockFrozen ? simulation.now - frozenSince : 0;
            simulation.tell(() -> "%s: thaws".formatted(this));
        }
    }

    /** A call to the store: others come before and after it, it may fail before and after it, and the process may be killed. */
    <T> T call(String what, Supplier<T> effect) {
        simulation.await(this);
        boolean fails = simulation.fails();
        boolean inDoubt = fails && simulation.flip();
        if (fails && !inDoubt) {
            simulation.tell(() -> "%s: %s fails".formatted(this, what));
            throw new CallFailed(false);
        }
        T answer = effect.get();
        simulation.tell(() -> "%s: %s -> %s%s"
                .formatted(
                        this,
                        what,
                        answer instanceof List<?> list && !list.isEmpty() ? list.size() : answer,
                        inDoubt ? ", answer lost" : ""));
        simulation.await(this);
        if (inDoubt) {
            throw new CallFailed(true);
        }
        return answer;
    }

    void checkAlive() {
        if (dead) {
            throw new Killed();
        }
    }

    /** Does that, and survives what a node survives. */
    void doing(Runnable action) {
        try {
            action.run();
        } catch (Killed | CallFailed | OwnershipLost e) {
            simulation.tell(() -> "%s: %s".formatted(this, e.getMessage()));
        }
    }

    /** What is done by one thread at a time: it holds the lock of {@link Ownership}. */
    private void owning(Runnable action) {
        if (!inOwnership) {
            inOwnership = true;
            try {
                action.run();
            } finally {
                inOwnership = false;
            }
        }
    }

    void step() {
        owning(ownership::step);
    }

    /** Ends cleanly. */
    void close() {
        owning(() -> {
            try {
                save(hearings.values(), true);
            } catch (CallFailed e) {
                simulation.tell(() -> "%s: cursors not saved at the end".formatted(this));
            }
            hearings.values().forEach(hearing -> {
                dropFromReader(hearing.partitions.values());
                hearing.partitions.values().forEach(p -> p.giveUp(true));
                hearing.closed = true;
            });
            try {
                ownership.close();
            } finally {
                dead = true;
            }
        });
    }

    void save(Iterable<Hearing> which, boolean skippedToo) {
        Map<LeaseTable.Move, Partition> moves = new HashMap<>();
        for (Hearing hearing : which) {
            for (Partition partition : hearing.partitions.values()) {
                LedgerPoint point = partition.unsaved(NEVER, skippedToo);
                if (point != null) {
                    moves.put(new LeaseTable.Move(hearing.id, partition.number, partition.epoch, point), partition);
                }
            }
        }
        if (moves.isEmpty()) {
            return;
        }
        List<LeaseTable.Move> refused = store.seenBy(this).save(moves.keySet());
        moves.forEach((move, partition) -> {
            if (!refused.contains(move)) {
                partition.saved(move.to());
            }
        });
    }

    // --- the reader of the node
    // ----------------------------------------------------------------------------------------

    void readPage(int most) {
        if (index.isEmpty() || inReader) {
            return;
        }
        inReader = true;
        try {
            LedgerPoint from = reader;
            simulation.await(this);
            List<LedgerEntry> page = simulation.after(from.position(), most);
            simulation.await(this);
            if (!page.isEmpty() && reader.equals(from) && !index.isEmpty()) {
                LedgerPoint before = from;
                for (LedgerEntry entry : page) {
                    for (Iterator<Partition> all = index.iterator(); all.hasNext(); ) {
                        Partition partition = all.next();
                        if (of(partition).stored.hears(entry) && !partition.offer(entry, before)) {
                            all.remove();
                        }
                    }
                    before = entry.point();
                }
                reader = before;
            }
        } finally {
            inReader = false;
        }
    }

    private final Map<Partition, Hearing> hearingOf = new HashMap<>();

    private Hearing of(Partition partition) {
        return hearingOf.get(partition);
    }

    private void becomeLive(Partition partition) {
        if (index.isEmpty()) {
            reader = partition.looked();
        }
        if (!of(partition).closed && partition.goLive(reader)) {
            index.add(partition);
        }
    }

    private void dropFromReader(Iterable<Partition> partitions) {
        for (Partition partition : partitions) {
            if (partition.isLive()) {
                index.remove(partition);
                partition.noLongerLive();
            }
        }
    }

    /** A registration as this process has it, and its consumers. */
    final class Hearing implements Ownership.Competitor {

        final SimulatedStore.Stored stored;
        private final String id;
        final Map<Integer, Partition> partitions = new TreeMap<>();
        private int turn;
        boolean competing;
        private boolean closed;
        /** What consumers have in hand: each the events that it took at once. */
        final List<List<Delivery>> hands = new ArrayList<>();
        /** What threads are about to park: what of the same entity was handed out before comes too late to be held back. */
        private final Map<EntityRef, Integer> parking = new HashMap<>();

        Hearing(SimulatedStore.Stored stored) {
            this.stored = stored;
            this.id = stored.name;
        }

        // --- as Registration.Competing ---

        @Override
        public String id() {
            return id;
        }

        @Override
        public void follow(LeaseTable.Look look) {
            LedgerPoint limit = look.drainUntil().isPresent()
                    ? call(
                            "read the limit",
                            () -> simulation.point(look.drainUntil().getAsLong()))
                    : null;
            partitions.values().forEach(p -> p.limit(limit));
        }

        @Override
        public Map<Integer, Long> held() {
            Map<Integer, Long> held = new TreeMap<>();
            partitions.values().forEach(p -> held.put(p.number, p.epoch));
            return held;
        }

        @Override
        public void keepAtMost(int count) {
            int kept = 0;
            for (Partition partition : partitions.values()) {
                partition.giveUp(kept++ >= count);
            }
        }

        @Override
        public @Nullable Integer givenUp() {
            for (Partition partition : partitions.values()) {
                if (partition.isGivingUp() && !partition.hasInHand()) {
                    save(List.of(this), true);
                    return partition.number;
                }
            }
            return null;
        }

        @Override
        public void taken(LeaseTable.Share share, int of, LeaseTable.Taken taken) {
            Set<EntityRef> parked = call("read what is parked", () -> store.parkedEntities(id, share.number()));
            Partition partition = new Partition(null, share.number(), of, taken, parked, () -> reader);
            hearingOf.put(partition, this);
            partitions.put(share.number(), partition);
        }

        @Override
        public void lost(int number) {
            Partition partition = partitions.get(number);
            if (partition != null) {
                lose(partition);
            }
        }

        @Override
        public void retry(int number) {
            Partition partition = partitions.get(number);
            if (partition != null && !partition.isRetrying()) {
                List<LedgerEntry> entries = call("read what to retry", () -> store.toRetry(id, number));
                partition.retry(entries.stream()
                        .map(entry -> Delivery.ofParked(partition, entry, 1))
                        .toList());
            }
        }

        @Override
        public void gone() {
            throw new AssertionError("no simulated registration is ever removed");
        }

        // --- as Registration ---

        private void lose(Partition partition) {
            dropFromReader(List.of(partition));
            partition.lose();
            partitions.remove(partition.number, partition);
        }

        void compete() {
            owning(() -> {
                if (!competing) {
                    ownership.compete(this);
                    competing = true;
                }
            });
        }

        /** The consumer ends; another may begin later. */
        void withdraw() {
            owning(() -> {
                if (competing) {
                    hands.clear();
                    partitions.values().forEach(Partition::allAgain);
                    save(List.of(this), true);
                    competing = false;
                    ownership.withdraw(this);
                }
            });
        }

        void readAhead(int most) {
            for (Partition partition : List.copyOf(partitions.values())) {
                if (partition.wantsToRead()) {
                    partition.beginReading();
                    try {
                        LedgerPoint from = partition.looked();
                        List<LedgerEntry> page = new ArrayList<>();
                        boolean[] atEnd = new boolean[1];
                        LedgerPoint until = call("read ahead", () -> {
                            LedgerPoint looked = from;
                            for (LedgerEntry entry : simulation.after(from.position(), most)) {
                                if (stored.hears(entry)) {
                                    page.add(entry);
                                }
                                looked = entry.point();
                            }
                            atEnd[0] = looked.position() == simulation.ledger.size();
                            return looked;
                        });
                        if (!partition.isLost()) {
                            partition.read(from, page, until);
                            if (atEnd[0]) {
                                becomeLive(partition);
                            }
                        }
                    } finally {
                        partition.endReading();
                    }
                    return;
                }
            }
        }

        void take(int most) {
            if (!competing) {
                compete();
            }
            if (closed || !competing || !ownership.mayDeliver()) {
                return;
            }
            boolean oneHand = stored.kind != SimulatedStore.Kind.POLLED;
            List<Partition> inTurn = new ArrayList<>();
            partitions.values().stream().filter(p -> p.number >= turn).forEach(inTurn::add);
            partitions.values().stream().filter(p -> p.number < turn).forEach(inTurn::add);
            for (Partition partition : inTurn) {
                if (oneHand && partition.hasInHand()) {
                    continue;
                }
                Partition.Handout handout = partition.next(oneHand ? most : 1);
                if (handout.followers()) {
                    turn = partition.number + 1;
                    setAside(handout.deliveries());
                    return;
                } else if (!handout.deliveries().isEmpty()) {
                    turn = partition.number + 1;
                    handout.deliveries().forEach(d -> handedOut(partition, d));
                    hands.add(handout.deliveries());
                    return;
                }
            }
        }

        private void handedOut(Partition partition, Delivery delivery) {
            int position = (int) delivery.entry().position();
            EntityRef entity = delivery.entity();
            simulation.tell(() -> "%s: hands out position %d (%s, version %d) of %s-%d in epoch %d%s"
                    .formatted(
                            SimulatedNode.this,
                            position,
                            entity.id(),
                            delivery.event().version(),
                            id,
                            partition.number,
                            partition.epoch,
                            delivery.isRetry() ? ", parked before" : ""));
            String me = ownership.node();
            simulation.check(
                    clockStood > 0 || store.isAlive(me),
                    () -> "%s handed out position %d after the end of its lease".formatted(me, position));
            boolean current = partition.number < stored.cursors.size()
                    && stored.cursors.get(partition.number).epoch == partition.epoch;
            if (current) {
                String owner = stored.cursors.get(partition.number).owner;
                simulation.check(
                        me.equals(owner),
                        () -> "%s handed out position %d of %s-%d, which is %s's"
                                .formatted(me, position, id, partition.number, owner));
            }
            for (LedgerEntry earlier : simulation.ledger.subList(0, position - 1)) {
                if (!earlier.event().entity().equals(entity)) {
                    continue;
                }
                int before = (int) earlier.position();
                simulation.check(
                        stored.delivered.get(before) || stored.everLeftOut.get(before),
                        () -> "%s heard position %d before position %d of the same entity"
                                .formatted(id, position, before));
                // Two threads that poll may have two events of an entity in hand, and park the later one first.
                boolean polledAgain = delivery.isRetry() && stored.kind == SimulatedStore.Kind.POLLED;
                if (current && !polledAgain && !parking.containsKey(entity)) {
                    simulation.check(
                            !stored.parked.containsKey((long) before),
                            () -> "%s heard position %d while position %d of the same entity is parked"
                                    .formatted(id, position, before));
                }
            }
            stored.delivered.set(position);
        }

        private void setAside(List<Delivery> followers) {
            Partition partition = followers.get(0).partition();
            try {
                park(partition, followers);
                for (Delivery follower : followers) {
                    finished(partition, follower);
                }
            } catch (OwnershipLost e) {
                lose(partition);
            } catch (CallFailed e) {
                lose(partition);
                throw e;
            }
        }

        private void park(Partition partition, List<Delivery> deliveries) {
            LedgerPoint after = partition.pointAfter(deliveries);
            call("park " + deliveries.get(0).entry().position(), () -> {
                store.park(SimulatedNode.this, id, partition, deliveries, after);
                return after;
            });
        }

        private void finished(Partition partition, Delivery delivery) {
            if (!partition.isLost()) {
                partition.done(delivery);
            }
        }

        // --- the consumers ---

        /** Somebody who has something in hand does something with it. */
        void consume(boolean onlyWell) {
            if (hands.isEmpty()) {
                return;
            }
            List<Delivery> hand = hands.remove(simulation.draw(hands.size()));
            if (!onlyWell && simulation.draw(8) == 0) {
                hand.forEach(this::again);
                return;
            }
            try {
                if (stored.kind == SimulatedStore.Kind.TRANSACTIONAL) {
                    inTransactions(hand, onlyWell);
                } else {
                    oneByOne(hand, onlyWell);
                }
            } finally {
                hand.forEach(this::again);
            }
        }

        private void again(Delivery delivery) {
            delivery.partition().again(delivery);
        }

        private void oneByOne(List<Delivery> hand, boolean onlyWell) {
            for (Delivery delivery : hand) {
                simulation.await(SimulatedNode.this);
                if (!onlyWell && simulation.draw(5) == 0) {
                    lastResort(delivery);
                    return;
                }
                stored.processed.set((int) delivery.entry().position());
                done(delivery);
            }
        }

        private void inTransactions(List<Delivery> hand, boolean onlyWell) {
            if (onlyWell || simulation.draw(5) > 0) {
                finish(hand);
                return;
            }
            for (Delivery delivery : hand) {
                if (simulation.flip()) {
                    lastResort(delivery);
                    return;
                }
                finish(List.of(delivery));
            }
        }

        private void lastResort(Delivery delivery) {
            if (simulation.draw(3) == 0) {
                skip(delivery);
            } else {
                parking.merge(delivery.entity(), 1, Integer::sum);
                try {
                    park(delivery);
                } finally {
                    parking.computeIfPresent(delivery.entity(), (e, n) -> n == 1 ? null : n - 1);
                }
            }
        }

        private void done(Delivery delivery) {
            Partition partition = delivery.partition();
            if (delivery.isRetry() && !delivery.done && !partition.isLost()) {
                try {
                    boolean last = call(
                            "unpark " + delivery.entry().position(),
                            () -> store.unpark(SimulatedNode.this, id, partition, delivery));
                    if (last) {
                        partition.unpark(delivery.entity());
                    }
                } catch (OwnershipLost e) {
                    lose(partition);
                } catch (CallFailed e) {
                    lose(partition);
                    throw e;
                }
            }
            finished(partition, delivery);
        }

        private void park(Delivery delivery) {
            Partition partition = delivery.partition();
            try {
                park(partition, List.of(delivery));
            } catch (OwnershipLost e) {
                lose(partition);
                return;
            } catch (CallFailed e) {
                lose(partition);
                throw e;
            }
            partition.park(delivery.entity());
            partition.stopRetrying(delivery.entity());
            finished(partition, delivery);
        }

        private void skip(Delivery delivery) {
            Partition partition = delivery.partition();
            try {
                LedgerPoint after = partition.pointAfter(List.of(delivery));
                call("skip " + delivery.entry().position(), () -> {
                    store.skip(SimulatedNode.this, id, partition, delivery, after);
                    return after;
                });
            } catch (OwnershipLost e) {
                lose(partition);
                return;
            } catch (CallFailed e) {
                lose(partition);
                throw e;
            }
            if (delivery.isRetry()) {
                done(delivery);
            } else {
                finished(partition, delivery);
            }
        }

        private void finish(List<Delivery> deliveries) {
            Partition partition = deliveries.get(0).partition();
            if (partition.isLost()) {
                throw new OwnershipLost(id, partition.number, partition.epoch);
            }
            try {
                boolean lastOfEntity = call(
                        "finish " + deliveries.get(0).entry().position(),
                        () -> store.finish(SimulatedNode.this, id, partition, deliveries));
                deliveries.forEach(partition::done);
                if (deliveries.get(0).isRetry()) {
                    if (lastOfEntity) {
                        partition.unpark(deliveries.get(0).entity());
                    }
                } else {
                    partition.saved(partition.finished());
                }
            } catch (OwnershipLost e) {
                lose(partition);
                throw e;
            } catch (CallFailed e) {
                if (e.inDoubt) {
                    lose(partition);
                }
                throw e;
            }
        }
    }
}
