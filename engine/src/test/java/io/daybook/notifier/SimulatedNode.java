package io.daybook.notifier;

import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    /** The registrations that it knows, by name. */
    final Map<String, SimulatedHearing> hearings = new TreeMap<>();
    /** Those that are unregistered, with something in hand yet. */
    private final List<SimulatedHearing> leaving = new ArrayList<>();
    /** What {@link LeaseTable#take} answered with last. */
    @Nullable
    SimulatedRegistration takenOf;

    boolean dead;
    private boolean frozen;
    private boolean clockFrozen;
    private long frozenSince;
    private boolean inOwnership;
    private boolean inReader;
    private LedgerPoint reader = LedgerPoint.BEGINNING;
    /** Live partitions, with what they are in the index for. */
    private final Map<Partition, SimulatedRegistration.Wish> index = new LinkedHashMap<>();

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
        store.registrations
                .values()
                .forEach(s -> hearings.put(s.name, new SimulatedHearing(simulation, store, this, s)));
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

    /** Whether its clock is no longer right: it cannot know then when its lease ends. */
    boolean clockStood() {
        return clockStood > 0;
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
    void owning(Runnable action) {
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
            hearings.values().forEach(SimulatedHearing::close);
            try {
                ownership.close();
            } finally {
                dead = true;
            }
        });
    }

    void save(Iterable<SimulatedHearing> which, boolean skippedToo) {
        Map<LeaseTable.Move, Partition> moves = new LinkedHashMap<>();
        Map<Partition, SimulatedHearing> hearingOf = new HashMap<>();
        for (SimulatedHearing hearing : which) {
            for (Partition partition : hearing.partitions.values()) {
                LedgerPoint point = partition.unsaved(NEVER, skippedToo);
                if (point != null) {
                    moves.put(
                            new LeaseTable.Move(
                                    hearing.id(), partition.number, partition.epoch, partition.savedPosition(), point),
                            partition);
                    hearingOf.put(partition, hearing);
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
        for (LeaseTable.Move move : refused) {
            boolean setBack = call("read the cursors", () -> {
                SimulatedRegistration r = store.stored(move.registration());
                return r != null
                        && move.partition() < r.cursors.size()
                        && r.cursors.get(move.partition()).point.position() < move.atLeast();
            });
            if (setBack) {
                Partition partition = moves.get(move);
                hearingOf.get(partition).lose(partition);
            }
        }
    }

    // --- what is done to registrations: as in Notifier
    // ----------------------------------------------------------------

    /** The registration of that name, which is made if it is not there. */
    void register(String name) {
        if (hearings.containsKey(name)) {
            return;
        }
        boolean there = call("find " + name, () -> store.stored(name) != null);
        SimulatedRegistration found = call((there ? "find " : "register ") + name, () -> simulation.register(name));
        hearings.computeIfAbsent(name, n -> new SimulatedHearing(simulation, store, this, found));
    }

    void unregister(String name) {
        SimulatedHearing hearing = hearings.get(name);
        call("forget " + name, () -> {
            store.remove(name);
            return true;
        });
        if (hearing != null) {
            ownership.forget(hearing);
            gone(hearing);
        }
    }

    /** It is closed; who has something of it in hand may finish that. */
    void gone(SimulatedHearing hearing) {
        if (hearings.remove(hearing.id(), hearing)) {
            hearing.close();
            leaving.add(hearing);
        }
    }

    void replaceTopics(SimulatedHearing hearing, SimulatedRegistration.Wish wish) {
        boolean replaced =
                call("replace the topics of %s by all but %s".formatted(hearing.id(), wish.unheard()), () -> {
                    SimulatedRegistration r = store.stored(hearing.id());
                    if (r != null) {
                        r.hear(wish);
                    }
                    return r != null;
                });
        if (replaced) {
            changeTopics(hearing, wish);
        }
    }

    /** A consumer of that registration, or of one that was unregistered, does something with what it has in hand. */
    void consume(SimulatedHearing hearing) {
        leaving.removeIf(left -> left.hands.isEmpty());
        (leaving.isEmpty() ? hearing : leaving.get(0)).consume(false);
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
                    for (Iterator<Map.Entry<Partition, SimulatedRegistration.Wish>> all =
                                    index.entrySet().iterator();
                            all.hasNext(); ) {
                        Map.Entry<Partition, SimulatedRegistration.Wish> listener = all.next();
                        if (listener.getValue().hears(entry)
                                && !listener.getKey().offer(entry, before)) {
                            simulation.tell(() -> "%s: a queue is full".formatted(this));
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

    LedgerPoint reader() {
        return reader;
    }

    void becomeLive(SimulatedHearing hearing, Partition partition) {
        if (index.isEmpty()) {
            reader = partition.looked();
        }
        if (!hearing.isClosed() && partition.goLive(reader)) {
            index.put(partition, hearing.wish());
        }
    }

    /** The reader brings them nothing more. */
    void dropFromReader(Iterable<Partition> partitions) {
        for (Partition partition : partitions) {
            if (partition.isLive()) {
                index.remove(partition);
                partition.noLongerLive();
            }
        }
    }

    /** It hears that from now on, also what the reader brings. */
    void changeTopics(SimulatedHearing hearing, SimulatedRegistration.Wish wish) {
        hearing.partitions.values().forEach(index::remove);
        hearing.replaceTopics(wish);
    }
}
