package io.daybook.notifier;

import io.daybook.event.EntityRef;
import io.daybook.event.Topic;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A registration as it is stored, from its registering to its unregistering: its cursors, its candidates, what is parked for it, and
 * what the checker knows of it. Who registers its name again makes another one.
 */
final class SimulatedRegistration {

    private static final int MOST_PASTS = 4;

    /** How a registration is consumed. */
    enum Kind {
        /** One hand per partition, effect and cursor in one transaction. */
        TRANSACTIONAL,
        /** One hand per partition, at least once. */
        CLAIMED,
        /** Whoever polls, several events in hand at the same time. */
        POLLED
    }

    /**
     * What it hears.
     *
     * @param unheard everything but this entity; null = everything
     * @param topics the same, as the database has it
     */
    record Wish(@Nullable EntityRef unheard, Set<Topic> topics) {

        boolean hears(LedgerEntry entry) {
            return !entry.event().entity().equals(unheard);
        }
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

    private final Simulation simulation;
    final String name;
    private final Set<Topic> firstTopics;
    private Wish wish;
    /** Entities that it did not hear at some time: whoever has not heard of the topics that came after leaves them out. */
    private final Set<EntityRef> everUnheard = new HashSet<>();

    boolean paused;
    OptionalLong drainUntil = OptionalLong.empty();
    final List<Cursor> cursors = new ArrayList<>();
    final Set<String> candidates = new LinkedHashSet<>();
    final TreeMap<Long, Parked> parked = new TreeMap<>();

    /** Processed, or had in effect. */
    final BitSet processed = new BitSet();
    /** Ever handed out. */
    final BitSet delivered = new BitSet();
    /** Skipped, discarded, not heard, or behind the place that somebody set the cursor to; now, and ever. */
    final BitSet leftOut = new BitSet();

    final BitSet everLeftOut = new BitSet();
    /** What an operator asked for again may be had twice. */
    final BitSet askedForAgain = new BitSet();

    private final Map<String, String> owners = new HashMap<>();

    /** What was committed, before the last moves of the cursors. */
    private final Deque<Past> pasts = new ArrayDeque<>();

    private record Past(
            List<LedgerPoint> points, List<Long> epochs, BitSet processed, BitSet leftOut, Map<Long, Parked> parked) {}

    SimulatedRegistration(
            Simulation simulation, String name, int partitions, Wish wish, LedgerPoint start, long firstEpoch) {
        this.simulation = simulation;
        this.name = name;
        this.firstTopics = wish.topics();
        this.wish = wish;
        hear(wish);
        for (int i = 0; i < partitions; i++) {
            cursors.add(new Cursor(start, firstEpoch));
        }
        for (int position = 1; position <= start.position(); position++) {
            leaveOut(position);
        }
    }

    Wish wish() {
        return wish;
    }

    Set<Topic> firstTopics() {
        return firstTopics;
    }

    /** From now on it hears that. */
    void hear(Wish newWish) {
        wish = newWish;
        EntityRef unheard = newWish.unheard();
        if (unheard != null) {
            everUnheard.add(unheard);
        }
    }

    boolean alwaysHeard(EntityRef entity) {
        return !everUnheard.contains(entity);
    }

    int partitionOf(EntityRef entity) {
        return simulation.partitionOf(entity, cursors.size());
    }

    boolean isDealtWith(int position) {
        return processed.get(position) || leftOut.get(position) || parked.containsKey((long) position);
    }

    void leaveOut(int position) {
        leftOut.set(position);
        everLeftOut.set(position);
    }

    boolean isEpoch(int partition, long epoch) {
        return partition < cursors.size() && cursors.get(partition).epoch == epoch;
    }

    long latestEpoch() {
        return cursors.stream().mapToLong(c -> c.epoch).max().orElseThrow();
    }

    /** Nobody who owns a partition may write any more. */
    static void disown(Cursor cursor, long epoch) {
        cursor.epoch = epoch;
        cursor.owner = null;
    }

    // --- the database is set back
    // -----------------------------------------------------------------------------------------

    /** A cursor is about to be moved by its owner. */
    void remember() {
        pasts.addLast(new Past(
                cursors.stream().map(c -> c.point).toList(),
                cursors.stream().map(c -> c.epoch).toList(),
                (BitSet) processed.clone(),
                (BitSet) leftOut.clone(),
                new TreeMap<>(parked)));
        if (pasts.size() > MOST_PASTS) {
            pasts.removeFirst();
        }
    }

    /** Something is committed that moves no cursor: what was before it does not come back, for no cursor would tell. */
    void forgetPasts() {
        pasts.clear();
    }

    /**
     * Goes back to before one of the last moves, if nobody took a partition since; with it go the effects that were had in the database.
     *
     * @return whether it did
     */
    boolean setBack(int moves, boolean effectsToo) {
        Past past = null;
        for (int i = 0; i < moves && !pasts.isEmpty(); i++) {
            past = pasts.removeLast();
        }
        if (past == null
                || !past.epochs.equals(cursors.stream().map(c -> c.epoch).toList())) {
            return false;
        }
        for (int number = 0; number < cursors.size(); number++) {
            cursors.get(number).point = past.points.get(number);
        }
        if (effectsToo) {
            processed.clear();
            processed.or(past.processed);
        }
        leftOut.clear();
        leftOut.or(past.leftOut);
        parked.clear();
        parked.putAll(past.parked);
        return true;
    }

    // --- the checker
    // -------------------------------------------------------------------------------------------------------

    /** That node becomes the owner in that epoch. */
    void tookOver(SimulatedNode process, int partition, long epoch) {
        String before = owners.putIfAbsent(partition + "@" + epoch, process.process);
        simulation.check(
                before == null,
                () -> "epoch %d of %s-%d has two owners: %s and %s".formatted(epoch, name, partition, before, process));
    }

    /** A write passed the fence. */
    void wrote(SimulatedNode writer, int partition, long epoch) {
        String owner = owners.get(partition + "@" + epoch);
        simulation.check(
                writer.process.equals(owner),
                () -> "%s wrote %s-%d in epoch %d, which is %s's".formatted(writer, name, partition, epoch, owner));
    }

    /** An owner moves its cursor. */
    boolean move(SimulatedNode writer, LeaseTable.Move move, boolean fenced, boolean compared) {
        if (move.partition() >= cursors.size()) {
            return false;
        }
        Cursor cursor = cursors.get(move.partition());
        if ((fenced && cursor.epoch != move.epoch())
                || (compared && cursor.point.position() < move.atLeast())
                || cursor.point.position() > move.to().position()) {
            return false;
        }
        simulation.check(
                cursor.epoch == move.epoch(),
                () -> "%s moved the cursor of %s-%d in epoch %d, which is in epoch %d"
                        .formatted(writer, name, move.partition(), move.epoch(), cursor.epoch));
        wrote(writer, move.partition(), move.epoch());
        for (int position = (int) cursor.point.position() + 1;
                position <= move.to().position();
                position++) {
            EntityRef entity = simulation.ledger.get(position - 1).event().entity();
            if (partitionOf(entity) == move.partition() && !isDealtWith(position)) {
                int passed = position;
                simulation.check(
                        !alwaysHeard(entity),
                        () ->
                                "the cursor of %s-%d passed position %d, which is neither processed nor parked nor left out"
                                        .formatted(name, move.partition(), passed));
                leaveOut(position);
            }
        }
        cursor.point = move.to();
        return true;
    }

    /** An effect is had; in the order of the entity, and once. */
    void effect(LedgerEntry entry) {
        int position = (int) entry.position();
        simulation.check(
                !processed.get(position) || askedForAgain.get(position),
                () -> "the effect of position %d was had twice by %s".formatted(position, name));
        EntityRef entity = entry.event().entity();
        if (!askedForAgain.get(position) && alwaysHeard(entity)) {
            for (int earlier = 1; earlier < position; earlier++) {
                if (simulation.ledger.get(earlier - 1).event().entity().equals(entity)) {
                    int before = earlier;
                    simulation.check(
                            processed.get(before) || leftOut.get(before) || askedForAgain.get(before),
                            () -> "%s had the effect of position %d before that of position %d of the same entity"
                                    .formatted(name, position, before));
                }
            }
        }
        processed.set(position);
    }

    /** An event is handed out; none before it was missed. */
    void handedOut(LedgerEntry entry) {
        int position = (int) entry.position();
        EntityRef entity = entry.event().entity();
        for (int earlier = 1; earlier < position; earlier++) {
            if (simulation.ledger.get(earlier - 1).event().entity().equals(entity)) {
                int before = earlier;
                simulation.check(
                        delivered.get(before) || everLeftOut.get(before) || !alwaysHeard(entity),
                        () -> "%s heard position %d before position %d of the same entity"
                                .formatted(name, position, before));
            }
        }
        delivered.set(position);
    }

    @Override
    public String toString() {
        return name;
    }
}
