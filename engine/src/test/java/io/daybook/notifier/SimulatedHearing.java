package io.daybook.notifier;

import io.daybook.event.EntityRef;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A registration as a process has it, and its consumers: as {@link Registration}, whose order of calls it has.
 */
final class SimulatedHearing implements Ownership.Competitor {

    private final Simulation simulation;
    private final SimulatedStore store;
    private final SimulatedNode node;
    private final String id;
    private final SimulatedRegistration.Kind kind;
    final Map<Integer, Partition> partitions = new TreeMap<>();
    /** Of which of those that had this name a partition was taken. */
    private final Map<Partition, SimulatedRegistration> takenOf = new HashMap<>();

    private SimulatedRegistration.Wish wish;
    private int turn;
    boolean competing;
    private boolean closed;
    /** What consumers have in hand: each the events that it took at once. */
    final List<List<Delivery>> hands = new ArrayList<>();
    /** What threads are about to park: what of the same entity was handed out before comes too late to be held back. */
    private final Map<EntityRef, Integer> parking = new HashMap<>();

    SimulatedHearing(
            Simulation simulation, SimulatedStore store, SimulatedNode node, SimulatedRegistration registered) {
        this.simulation = simulation;
        this.store = store;
        this.node = node;
        this.id = registered.name;
        this.kind = simulation.kind(id);
        this.wish = registered.wish();
    }

    SimulatedRegistration.Wish wish() {
        return wish;
    }

    boolean isClosed() {
        return closed;
    }

    /** It delivers nothing more. */
    void close() {
        node.dropFromReader(partitions.values());
        closed = true;
        partitions.values().forEach(p -> p.giveUp(true));
    }

    void replaceTopics(SimulatedRegistration.Wish newWish) {
        wish = newWish;
        partitions.values().forEach(Partition::replaceTopics);
    }

    // --- as Registration.Competing ---

    @Override
    public String id() {
        return id;
    }

    @Override
    public void follow(LeaseTable.Look look) {
        if (!wish.topics().equals(look.topics())) {
            node.changeTopics(this, simulation.wish(look.topics()));
        }
        LedgerPoint limit = look.drainUntil().isPresent()
                ? node.call(
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
                node.save(List.of(this), true);
                return partition.number;
            }
        }
        return null;
    }

    @Override
    public void taken(LeaseTable.Share share, int of, LeaseTable.Taken taken) {
        Set<EntityRef> parked = node.call("read what is parked", () -> store.parkedEntities(id, share.number()));
        Partition partition = new Partition(null, share.number(), of, taken, parked, node::reader);
        takenOf.put(partition, node.takenOf);
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
            List<LedgerEntry> entries = node.call("read what to retry", () -> store.toRetry(id, number));
            partition.retry(entries.stream()
                    .map(entry -> Delivery.ofParked(partition, entry, 1))
                    .toList());
        }
    }

    @Override
    public void gone() {
        simulation.tell(() -> "%s: %s is gone".formatted(node, id));
        node.gone(this);
    }

    // --- as Registration ---

    void lose(Partition partition) {
        node.dropFromReader(List.of(partition));
        partition.lose();
        partitions.remove(partition.number, partition);
    }

    void compete() {
        node.owning(() -> {
            if (!competing && !closed) {
                node.ownership.compete(this);
                competing = true;
            }
        });
    }

    /** The consumer ends; another may begin later. */
    void withdraw() {
        node.owning(() -> {
            if (competing) {
                hands.clear();
                partitions.values().forEach(Partition::allAgain);
                node.save(List.of(this), true);
                competing = false;
                node.ownership.withdraw(this);
            }
        });
    }

    void readAhead(int most) {
        for (Partition partition : List.copyOf(partitions.values())) {
            if (partition.wantsToRead()) {
                partition.beginReading();
                try {
                    LedgerPoint from = partition.looked();
                    SimulatedRegistration.Wish wanted = wish;
                    int replacements = partition.replacements();
                    List<LedgerEntry> page = new ArrayList<>();
                    boolean[] atEnd = new boolean[1];
                    LedgerPoint until = node.call("read ahead", () -> {
                        LedgerPoint looked = from;
                        for (LedgerEntry entry : simulation.after(from.position(), most)) {
                            if (wanted.hears(entry)) {
                                page.add(entry);
                            }
                            looked = entry.point();
                        }
                        atEnd[0] = looked.position() == simulation.ledger.size();
                        return looked;
                    });
                    if (partition.replacements() == replacements && !partition.isLost()) {
                        partition.read(from, page, until);
                        if (atEnd[0]) {
                            node.becomeLive(this, partition);
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
        if (closed || !competing || !node.ownership.mayDeliver()) {
            return;
        }
        boolean oneHand = kind != SimulatedRegistration.Kind.POLLED;
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
                        node,
                        position,
                        entity.id(),
                        delivery.event().version(),
                        id,
                        partition.number,
                        partition.epoch,
                        delivery.isRetry() ? ", parked before" : ""));
        String me = node.ownership.node();
        simulation.check(
                node.clockStood() || store.isAlive(me),
                () -> "%s handed out position %d after the end of its lease".formatted(me, position));
        SimulatedRegistration s = registration(partition);
        boolean current = store.stored(id) == s && s.isEpoch(partition.number, partition.epoch);
        if (current) {
            String owner = s.cursors.get(partition.number).owner;
            simulation.check(
                    me.equals(owner),
                    () -> "%s handed out position %d of %s-%d, which is %s's"
                            .formatted(me, position, id, partition.number, owner));
        }
        // Two threads that poll may have two events of an entity in hand, and park the later one first.
        boolean polledAgain = delivery.isRetry() && kind == SimulatedRegistration.Kind.POLLED;
        if (current && !polledAgain && !parking.containsKey(entity)) {
            for (SimulatedRegistration.Parked parked :
                    s.parked.headMap((long) position).values()) {
                simulation.check(
                        !parked.entity().equals(entity),
                        () -> "%s heard position %d while position %d of the same entity is parked"
                                .formatted(id, position, parked.entry.position()));
            }
        }
        s.handedOut(delivery.entry());
    }

    private SimulatedRegistration registration(Partition partition) {
        return takenOf.get(partition);
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
        } catch (SimulatedNode.CallFailed e) {
            lose(partition);
            throw e;
        }
    }

    private void park(Partition partition, List<Delivery> deliveries) {
        LedgerPoint after = partition.pointAfter(deliveries);
        node.call("park " + deliveries.get(0).entry().position(), () -> {
            store.park(node, id, partition, deliveries, after);
            return true;
        });
        if (after != null) {
            partition.saved(after);
        }
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
            if (kind == SimulatedRegistration.Kind.TRANSACTIONAL) {
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
            simulation.await(node);
            if (!onlyWell && simulation.draw(5) == 0) {
                lastResort(delivery);
                return;
            }
            registration(delivery.partition()).processed.set((int)
                    delivery.entry().position());
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

    /** Nothing is delivered any more, on any node, until an operator resumes it. */
    private void stop() {
        node.call("stop " + id, () -> {
            SimulatedRegistration r = store.stored(id);
            if (r != null) {
                r.paused = true;
            }
            return true;
        });
        partitions.values().forEach(partition -> partition.giveUp(true));
    }

    private void lastResort(Delivery delivery) {
        int chance = simulation.draw(12);
        if (chance == 0) {
            stop();
        } else if (chance < 5) {
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
                boolean last = node.call(
                        "unpark " + delivery.entry().position(), () -> store.unpark(node, id, partition, delivery));
                if (last) {
                    partition.unpark(delivery.entity());
                }
            } catch (OwnershipLost e) {
                lose(partition);
            } catch (SimulatedNode.CallFailed e) {
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
        } catch (SimulatedNode.CallFailed e) {
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
            node.call("skip " + delivery.entry().position(), () -> {
                store.skip(node, id, partition, delivery, after);
                return true;
            });
            if (after != null) {
                partition.saved(after);
            }
        } catch (OwnershipLost e) {
            lose(partition);
            return;
        } catch (SimulatedNode.CallFailed e) {
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
            boolean lastOfEntity = node.call(
                    "finish " + deliveries.get(0).entry().position(),
                    () -> store.finish(node, id, partition, deliveries));
            deliveries.forEach(partition::done);
            if (deliveries.get(0).isRetry()) {
                if (lastOfEntity) {
                    partition.unpark(deliveries.get(0).entity());
                }
            } else {
                partition.saved(deliveries.get(deliveries.size() - 1).entry().point());
            }
        } catch (OwnershipLost e) {
            lose(partition);
            throw e;
        } catch (SimulatedNode.CallFailed e) {
            if (e.inDoubt) {
                lose(partition);
            }
            throw e;
        }
    }
}
