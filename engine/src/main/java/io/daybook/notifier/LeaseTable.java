package io.daybook.notifier;

import io.daybook.event.Topic;
import io.daybook.ledger.LedgerPoint;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes of a daybook agree on: who is there, who wants to deliver what, who does, and how far they are. Every write is
 * fenced: one that comes from an owner of an earlier epoch changes nothing and says so. Thread-safe.
 *
 * <p>An interface, so that the protocol can also be played on simulated nodes with simulated time.
 */
interface LeaseTable {

    /**
     * A partition as it is stored.
     *
     * @param owner who delivers it; null = nobody
     * @param ownerAlive whether the owner's lease lasts (clock of the database)
     * @param retry whether an operator wants parked events of it tried again
     */
    record Share(int number, long epoch, @Nullable String owner, boolean ownerAlive, boolean retry) {}

    /**
     * A registration as it is stored.
     *
     * @param drainUntil position that no partition shall pass
     * @param shares its partitions, by number
     * @param candidates nodes with a lease that want to deliver it, in the order in which they came
     */
    record Look(
            String registration,
            Set<Topic> topics,
            boolean paused,
            OptionalLong drainUntil,
            List<Share> shares,
            List<String> candidates) {}

    /** A partition that a node has just begun to deliver: no other writes its cursor until the epoch changes. */
    record Taken(long epoch, LedgerPoint cursor) {}

    /**
     * A cursor to write.
     *
     * @param atLeast position that the owner knows to be stored: where a lower one is, the database was set back, and with what the owner
     *     has had committed since
     * @param atMost position that the stored one must not be beyond: where effects are in the same transaction, the one before the first
     *     of their events. A consumer that outlived its stop may just have had them committed, in the same epoch
     */
    record Move(String registration, int partition, long epoch, long atLeast, long atMost, LedgerPoint to) {

        Move(String registration, int partition, long epoch, long atLeast, LedgerPoint to) {
            this(registration, partition, epoch, atLeast, to.position(), to);
        }
    }

    /** A node begins, with a lease of that length. */
    void begin(String node, Duration lease);

    /** The node's lease lasts that long from now. @return false if it had ended: the node is no more */
    boolean renew(String node, Duration lease);

    /** The node ends: gives up everything it owns, at once. */
    void end(String node);

    /** The node wants to deliver that registration. @return false if there is no such registration */
    boolean compete(String node, String registration);

    /** The node does not want to any more, and gives up what it owns of it. */
    void withdraw(String node, String registration);

    /** Those registrations; one that is not there is left out. */
    List<Look> look(Collection<String> registrations);

    /** The node becomes the owner, unless the epoch has changed since it looked. */
    Optional<Taken> take(String registration, int partition, long seenEpoch, String node);

    /** Nobody owns it any more, if the epoch is still the same. */
    void release(String registration, int partition, long epoch);

    /**
     * Moves cursors on; none goes back.
     *
     * @return those that were refused: they belong to another epoch now, are further already, or not as far as their owner knows
     */
    List<Move> save(Collection<Move> moves);
}
