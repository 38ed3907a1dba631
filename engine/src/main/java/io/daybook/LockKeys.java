package io.daybook;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What a unit of work locks, in the order in which it does, so that two units never wait for each other in a circle: its own
 * transaction id, its entities, its stripes, each sorted. The id comes first and before any wait: whoever asks for the outcome
 * of a unit waits for that lock, and must find it held for as long as the unit can still be committed.
 *
 * <p>Each entity has a key of its own. On PostgreSQL a lock takes a place in shared memory, of which there are some thousands for
 * the whole cluster: a unit of more than {@link #MOST_KEYS} entities locks stripes instead, each of which stands for a share of
 * all entities. So that the two kinds see each other, a small unit also locks the stripes of its entities, but shared: small
 * units do not wait for each other there.
 */
record LockKeys(SortedSet<Integer> stripes, boolean wholeStripes, List<Long> keys) {

    static final int MOST_KEYS = 500;
    static final int STRIPES = 64;

    /** @param transactionId locked too, so that somebody may wait for the end of this unit */
    static LockKeys of(Unit unit, UUID daybookId, UUID transactionId) {
        SortedSet<Integer> stripes = new TreeSet<>();
        SortedSet<Long> keys = new TreeSet<>();
        for (Unit.Touched touched : unit.entities()) {
            long key = ofEntity(daybookId, touched);
            keys.add(key);
            stripes.add((int) Math.floorMod(key, (long) STRIPES));
        }
        boolean whole = keys.size() > MOST_KEYS;
        return new LockKeys(
                stripes, whole, inOrder(whole ? new TreeSet<>() : keys, ofTransaction(daybookId, transactionId)));
    }

    /** Every entity of the unit by its own key, however many: for H2, where locks are rows. */
    static List<Long> all(Unit unit, UUID daybookId, UUID transactionId) {
        SortedSet<Long> keys = new TreeSet<>();
        for (Unit.Touched touched : unit.entities()) {
            keys.add(ofEntity(daybookId, touched));
        }
        return inOrder(keys, ofTransaction(daybookId, transactionId));
    }

    private static List<Long> inOrder(SortedSet<Long> entities, long transaction) {
        List<Long> keys = new ArrayList<>();
        keys.add(transaction);
        keys.addAll(entities);
        return keys;
    }

    private static long ofEntity(UUID daybookId, Unit.Touched touched) {
        return Ids.lockKey(daybookId, "entity\0" + touched.entity.type().name() + "\0" + touched.entity.id());
    }

    static long ofTransaction(UUID daybookId, UUID transactionId) {
        return Ids.lockKey(daybookId, "transaction\0" + transactionId);
    }

    /** Namespace of the stripes among the advisory locks of a database, which several daybooks may share. */
    static int stripeClass(UUID daybookId) {
        return (int) Ids.lockKey(daybookId, "stripes");
    }
}
