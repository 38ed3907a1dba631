package io.daybook.notifier;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which partitions this node delivers. A node has one lease for everything it owns, on the database's clock; here it is measured
 * on the monotonic clock from before the request, so it ends here before it ends there. What a node does after its lease has
 * ended is refused by the epoch of each partition, which counts the owners.
 *
 * <p>Partitions are divided evenly among the nodes that want them; where that leaves a remainder, those that came first have one
 * more. Every node computes the same from the same rows, gives up what it has too much of, as soon as nothing of it is in
 * hand, and takes what is free. Thread-safe; steps are serial.
 */
final class Ownership {

    private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);

    /** A registration of this node that wants to be delivered. */
    interface Competitor {

        String id();

        /** What the database says of it. Empties what must not be delivered any more. */
        void follow(LeaseTable.Look look);

        /** The partitions that it delivers, with their epochs; also those that it is about to give up. */
        Map<Integer, Long> held();

        /** Keeps so many and hands nothing out of the others. */
        void keepAtMost(int partitions);

        /** A partition that it shall give up and that has nothing in hand any more: its cursor is saved; null = none. */
        @Nullable
        Integer givenUp();

        /** From now on it delivers that partition. */
        void taken(LeaseTable.Share share, int of, LeaseTable.Taken taken);

        /** It does not deliver that partition any more, and forgets what it read of it. */
        void lost(int partition);

        /** Somebody asked for parked events of that partition to be tried again. */
        void retry(int partition);

        /** The database does not know it any more. */
        void gone();
    }

    private final LeaseTable table;
    private final Supplier<String> newNode;
    private final Duration lease;
    private final LongSupplier nanoTime;
    private final Runnable tellOthers;
    private final Map<String, Competitor> competitors = new ConcurrentHashMap<>();

    private boolean closed;
    /** How many want this node to have a lease, whether it delivers anything or not. */
    private int presences;
    /** Registrations that this node may still be a candidate of, and does not want: it said so, and that may not have arrived. */
    private final Set<String> unwanted = ConcurrentHashMap.newKeySet();

    private volatile long validUntil;
    private volatile @Nullable String node;

    /**
     * @param newNode makes an identity that no other node ever had
     * @param lease how long this node may be silent before others take what it owns
     * @param tellOthers told when something became free, or somebody wants a share
     */
    Ownership(LeaseTable table, Supplier<String> newNode, Duration lease, LongSupplier nanoTime, Runnable tellOthers) {
        this.table = table;
        this.newNode = newNode;
        this.lease = lease;
        this.nanoTime = nanoTime;
        this.tellOthers = tellOthers;
        this.validUntil = nanoTime.getAsLong();
    }

    /** Whether this node's lease lasts: if not, another node may deliver what it owns. */
    boolean mayDeliver() {
        return node != null && validUntil - nanoTime.getAsLong() > 0;
    }

    /** There are a few steps per lease. */
    private boolean lastsUntilTheNextStep() {
        return validUntil - nanoTime.getAsLong() > lease.dividedBy(2).toNanos();
    }

    /** Its identity at present; null while it wants nothing. */
    @Nullable
    String node() {
        return node;
    }

    /** From now on the registration competes for its partitions; has its share, as far as that is free, when this returns. */
    synchronized void compete(Competitor competitor) {
        if (closed || competitors.putIfAbsent(competitor.id(), competitor) != null) {
            return;
        }
        unwanted.remove(competitor.id());
        try {
            // A lease that lasts need not be renewed for each of a thousand registrations that begin. One that nobody
            // renewed, because nothing was wanted for a while, might end before the next step.
            String alive = node;
            String me = alive != null && lastsUntilTheNextStep() ? alive : liveNode();
            if (!table.compete(me, competitor.id())) {
                competitors.remove(competitor.id());
                competitor.gone();
                return;
            }
            for (LeaseTable.Look look : table.look(List.of(competitor.id()))) {
                follow(competitor, look, me);
            }
            if (competitors.get(competitor.id()) != competitor) {
                // Forgotten meanwhile; if its name was registered again elsewhere, this has competed for that one.
                competitor.held().keySet().forEach(competitor::lost);
                unwanted.add(competitor.id());
            }
        } catch (RuntimeException e) {
            competitors.remove(competitor.id());
            competitor.held().keySet().forEach(competitor::lost);
            unwanted.add(competitor.id());
            throw e;
        }
        tellOthers.run();
    }

    /** The registration does not compete any more. What it holds is free at once; its cursors were saved before. */
    synchronized void withdraw(Competitor competitor) {
        if (!competitors.remove(competitor.id(), competitor)) {
            return;
        }
        competitor.held().keySet().forEach(competitor::lost);
        unwanted.add(competitor.id());
        withdrawUnwanted();
    }

    /** A candidate that takes nothing keeps its share from the others, for as long as its node lives: so this is tried until it works. */
    private void withdrawUnwanted() {
        String me = node;
        if (me == null) {
            unwanted.clear();
            return;
        }
        for (String registration : List.copyOf(unwanted)) {
            table.withdraw(me, registration);
            unwanted.remove(registration);
            tellOthers.run();
        }
    }

    /**
     * Forgets it: the registration is gone. If its name was registered again elsewhere, this node may have competed for that one, so the
     * next step withdraws.
     */
    void forget(Competitor competitor) {
        if (competitors.remove(competitor.id(), competitor)) {
            unwanted.add(competitor.id());
        }
    }

    /** From now on, until {@link #leave}, this node has a lease though it may deliver nothing; it has one when this returns. */
    synchronized void appear() {
        if (closed) {
            throw new IllegalStateException("The daybook is closed. Open it again to take part.");
        }
        liveNode();
        presences++;
    }

    synchronized void leave() {
        presences--;
    }

    /** Renews the lease, then takes and gives up what the division says. To be called a few times per lease. */
    synchronized void step() {
        if (competitors.isEmpty() && presences == 0) {
            withdrawUnwanted();
            return;
        }
        String me = liveNode();
        withdrawUnwanted();
        if (competitors.isEmpty()) {
            return;
        }
        Map<String, LeaseTable.Look> looks = new HashMap<>();
        table.look(competitors.keySet()).forEach(look -> looks.put(look.registration(), look));
        for (Competitor competitor : competitors.values()) {
            LeaseTable.Look look = looks.get(competitor.id());
            if (look == null) {
                forget(competitor);
                competitor.gone();
            } else if (!look.candidates().contains(me)) {
                // Somebody cleaned up too eagerly, or the rows were restored: ask again.
                table.compete(me, competitor.id());
            } else {
                follow(competitor, look, me);
            }
        }
    }

    /** This node with a lease that lasts: the same as before, or a new one that owns nothing yet. */
    private String liveNode() {
        long before = nanoTime.getAsLong();
        String me = node;
        if (me != null && table.renew(me, lease)) {
            validUntil = before + lease.toNanos();
            return me;
        }
        if (me != null) {
            if (presences > 0
                    || competitors.values().stream()
                            .anyMatch(competitor -> !competitor.held().isEmpty())) {
                LOG.warn(
                        "Node {} was silent for longer than its lease of {} ms; others may deliver what it owned. It begins again.",
                        me,
                        lease.toMillis());
            } else {
                LOG.debug("Node {} wanted nothing for longer than its lease of {} ms.", me, lease.toMillis());
            }
            competitors.values().forEach(c -> c.held().keySet().forEach(c::lost));
            node = null;
            unwanted.clear();
        }
        String begun = newNode.get();
        before = nanoTime.getAsLong();
        table.begin(begun, lease);
        validUntil = before + lease.toNanos();
        node = begun;
        competitors.keySet().forEach(registration -> table.compete(begun, registration));
        return begun;
    }

    private void follow(Competitor competitor, LeaseTable.Look look, String me) {
        competitor.follow(look);
        Map<Integer, Long> held = new HashMap<>(competitor.held());
        for (LeaseTable.Share share : look.shares()) {
            Long epoch = held.remove(share.number());
            if (epoch != null && (epoch != share.epoch() || !me.equals(share.owner()))) {
                competitor.lost(share.number());
            } else if (epoch != null && share.retry()) {
                competitor.retry(share.number());
            }
        }
        held.keySet().forEach(competitor::lost);

        int target = look.paused()
                ? 0
                : target(
                        look.shares().size(),
                        look.candidates().indexOf(me),
                        look.candidates().size());
        competitor.keepAtMost(target);
        Set<Integer> givenUp = giveUp(competitor);
        int wanted = target - competitor.held().size();
        for (LeaseTable.Share share : look.shares()) {
            // What is ours there and not here was lost in a doubtful commit, or just now: it is taken anew, in the next
            // epoch.
            boolean free = share.owner() == null
                    || !share.ownerAlive()
                    || share.owner().equals(me);
            if (wanted > 0 && free && !competitor.held().containsKey(share.number())) {
                wanted -= take(competitor, look, share, me) ? 1 : 0;
            } else if (me.equals(share.owner())
                    && !competitor.held().containsKey(share.number())
                    && !givenUp.contains(share.number())) {
                // Nobody else takes it while this node lives.
                table.release(competitor.id(), share.number(), share.epoch());
                tellOthers.run();
            }
        }
    }

    private boolean take(Competitor competitor, LeaseTable.Look look, LeaseTable.Share share, String me) {
        return table.take(competitor.id(), share.number(), share.epoch(), me)
                .map(taken -> {
                    competitor.taken(share, look.shares().size(), taken);
                    if (share.retry()) {
                        competitor.retry(share.number());
                    }
                    return true;
                })
                .orElse(false);
    }

    private Set<Integer> giveUp(Competitor competitor) {
        Set<Integer> numbers = new HashSet<>();
        for (Integer number = competitor.givenUp(); number != null; number = competitor.givenUp()) {
            Long epoch = competitor.held().get(number);
            competitor.lost(number);
            if (epoch != null) {
                table.release(competitor.id(), number, epoch);
            }
            numbers.add(number);
        }
        if (!numbers.isEmpty()) {
            tellOthers.run();
        }
        return numbers;
    }

    /**
     * How many partitions a node shall have.
     *
     * @param rank how many candidates came before it; negative = it is none
     */
    static int target(int partitions, int rank, int candidates) {
        if (rank < 0) {
            return 0;
        }
        return partitions / candidates + (rank < partitions % candidates ? 1 : 0);
    }

    /** The node ends; cursors were saved before. */
    synchronized void close() {
        closed = true;
        competitors.clear();
        unwanted.clear();
        String me = node;
        node = null;
        if (me != null) {
            table.end(me);
            tellOthers.run();
        }
    }
}
