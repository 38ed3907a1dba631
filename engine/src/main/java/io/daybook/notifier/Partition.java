package io.daybook.notifier;

import io.daybook.event.DaybookException;
import io.daybook.event.EntityRef;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A share of a registration's entities, while this node delivers it: what was read and not handed out, what was handed out and is
 * not done, and how far that makes the cursor. Knows no database. From one taking to its loss: who takes it again makes a new one.
 * Not thread-safe: guarded by the lock of its registration.
 */
final class Partition {

    /** Most events that wait in memory. */
    private static final int QUEUE_EVENTS = 4_000;

    /** Most bytes that wait in memory, but for the last event. */
    private static final long QUEUE_BYTES = 8 << 20;

    /** Most followers of parked events to set aside in one go. */
    private static final int FOLLOWERS = 200;

    final Registration registration;
    final int number;
    final long epoch;
    private final int of;
    private final Supplier<LedgerPoint> reader;

    /** Read, not handed out. */
    private final Deque<LedgerEntry> queue = new ArrayDeque<>();

    private long queuedBytes;
    /** Handed out, in order, from the first that is not done on. */
    private final Deque<Delivery> handedOut = new ArrayDeque<>();

    /** How many of them are not done. */
    private int unfinished;
    /** Handed out and given back. */
    private final Queue<Delivery> returned = new PriorityQueue<>(
            (a, b) -> Long.compare(a.entry().position(), b.entry().position()));
    /** Entities with events set aside: what comes of them is set aside too. */
    private final Set<EntityRef> parked;
    /** Parked events to be tried again, and those of them that were handed out. */
    private final Deque<Delivery> retries = new ArrayDeque<>();

    private int retriesInHand;

    private boolean live;
    private boolean lost;
    private boolean givingUp;
    private boolean readingAhead;
    /** How much of the ledger the next reading looks at. */
    private Reach reach = Reach.FIRST;
    /** Counts the replacements of the topics: a page that was read for earlier ones is of no use. */
    private int replacements;

    /** Up to here the ledger was looked at for this partition; while live the reader may be further. */
    private LedgerPoint looked;
    /** The last delivery done, with all before it. */
    private LedgerPoint finished;

    /** What is known to be stored; whoever writes asks without the lock, to whom an earlier one will do. */
    private volatile LedgerPoint saved;

    private long savedAt;
    /** No event after this is handed out; null = no such limit. */
    private @Nullable LedgerPoint limit;

    private @Nullable DaybookException failure;

    /**
     * @param of how many partitions the registration has
     * @param reader where the reader of this node stands
     */
    Partition(
            Registration registration,
            int number,
            int of,
            LeaseTable.Taken taken,
            Collection<EntityRef> parked,
            Supplier<LedgerPoint> reader) {
        this.registration = registration;
        this.number = number;
        this.of = of;
        this.epoch = taken.epoch();
        this.reader = reader;
        this.parked = new HashSet<>(parked);
        this.looked = taken.cursor();
        this.finished = taken.cursor();
        this.saved = taken.cursor();
        this.savedAt = System.nanoTime();
    }

    /** What the next hand-out is: events for the consumer, or events that only need to be set aside. */
    record Handout(List<Delivery> deliveries, boolean followers) {
        static final Handout NOTHING = new Handout(List.of(), false);
    }

    boolean takes(LedgerEntry entry) {
        return of == 1 || Partitions.of(entry.event().entity(), of) == number;
    }

    /**
     * The next events, in order: given back ones first, then parked ones to try again (each alone), then new ones.
     *
     * @param most how many at once
     */
    Handout next(int most) {
        if (lost || givingUp || failure != null) {
            return Handout.NOTHING;
        }
        if (queue.isEmpty() && returned.isEmpty() && retries.isEmpty()) {
            return Handout.NOTHING;
        }
        List<Delivery> next = new ArrayList<>();
        while (!returned.isEmpty() && next.size() < most) {
            boolean retry = returned.element().isRetry();
            boolean follower = !retry && isFollower(returned.element().entity());
            if (!next.isEmpty() && (retry || follower)) {
                break;
            }
            next.add(returned.remove());
            if (retry || follower) {
                return new Handout(next, follower);
            }
        }
        if (!next.isEmpty()) {
            return new Handout(next, false);
        }
        Delivery retry = retries.poll();
        if (retry != null) {
            retriesInHand++;
            return new Handout(List.of(retry), false);
        }
        boolean followers = false;
        while (next.size() < (followers ? FOLLOWERS : most)) {
            LedgerEntry entry = queue.peek();
            LedgerPoint last = limit;
            if (entry == null || (last != null && entry.position() > last.position())) {
                break;
            }
            boolean follower = isFollower(entry.event().entity());
            if (next.isEmpty()) {
                followers = follower;
            } else if (follower != followers) {
                break;
            }
            queue.remove();
            queuedBytes -= entry.size();
            Delivery delivery = new Delivery(this, entry);
            handedOut.add(delivery);
            unfinished++;
            next.add(delivery);
        }
        return new Handout(next, followers);
    }

    private boolean isFollower(EntityRef entity) {
        return !parked.isEmpty() && parked.contains(entity);
    }

    /** Whether that delivery, which was handed out, would be handed out now. */
    boolean mayGoOn(Delivery delivery) {
        if (lost || givingUp || failure != null) {
            return false;
        }
        LedgerPoint last = limit;
        boolean withinLimit = last == null || delivery.entry().position() <= last.position();
        return delivery.isRetry() || (withinLimit && !isFollower(delivery.entity()));
    }

    /** Whether something was handed out that is not done and was not given back. */
    boolean hasInHand() {
        return unfinished + retriesInHand > returned.size();
    }

    /** Whether something that matches waits, or is not done. */
    boolean hasOutstanding() {
        return !queue.isEmpty() || !handedOut.isEmpty();
    }

    // --- reading -----------------------------------------------------------------------------------------------------

    /** Whether whoever polls should read from the database now; not while something waits, for somebody else may be slow to take it. */
    boolean wantsToRead() {
        return !lost && !givingUp && failure == null && !live && !readingAhead && queue.isEmpty() && !atLimit();
    }

    private boolean atLimit() {
        LedgerPoint last = limit;
        return last != null && looked.position() >= last.position();
    }

    /** One thread begins to read what comes after {@link #looked()}. */
    void beginReading() {
        readingAhead = true;
    }

    Reach reach() {
        return reach;
    }

    void endReading() {
        readingAhead = false;
    }

    int replacements() {
        return replacements;
    }

    /** What a reading that began at {@code from} found. */
    void read(LedgerPoint from, List<LedgerEntry> entries, LedgerPoint lookedUntil) {
        for (LedgerEntry entry : entries) {
            if (takes(entry)) {
                finishSkipped(from);
                queue.add(entry);
                queuedBytes += entry.size();
            }
            from = entry.point();
        }
        looked = lookedUntil;
    }

    void reach(Reach next) {
        reach = next;
    }

    boolean isLive() {
        return live;
    }

    /** The reader brings nothing more; what it brought is kept. */
    void noLongerLive() {
        LedgerPoint readerPoint = reader.get();
        if (live && readerPoint.position() > looked.position()) {
            looked = readerPoint;
        }
        live = false;
    }

    LedgerPoint looked() {
        return looked;
    }

    /**
     * From now on the reader brings what comes after {@code reader}. Called by the notifier, while its reader stands still.
     *
     * @return false if this has not come as far as the reader, or is no more
     */
    boolean goLive(LedgerPoint readerPoint) {
        if (lost || failure != null || live || looked.position() < readerPoint.position()) {
            return false;
        }
        live = true;
        return true;
    }

    /**
     * The reader brings an event that a topic matches.
     *
     * @param before the place before it: up to there this has seen everything
     * @return false if the queue is full: from now on it catches up by itself
     */
    boolean offer(LedgerEntry entry, LedgerPoint before) {
        if (entry.position() <= looked.position() || !takes(entry)) {
            return true;
        }
        if (queue.size() >= QUEUE_EVENTS || queuedBytes >= QUEUE_BYTES) {
            live = false;
            if (before.position() > looked.position()) {
                looked = before;
            }
            return false;
        }
        finishSkipped(before);
        queue.add(entry);
        queuedBytes += entry.size();
        return true;
    }

    /** What was skipped before the next event comes is finished, and stays so while that event is not. */
    private void finishSkipped(LedgerPoint point) {
        if (queue.isEmpty() && handedOut.isEmpty() && point.position() > finished.position()) {
            finished = point;
        }
    }

    /**
     * It hears something else after what was handed out, and catches up with it by itself: what waits in memory was chosen by the
     * old topics.
     */
    void replaceTopics() {
        replacements++;
        LedgerPoint readerPoint = reader.get();
        if (!handedOut.isEmpty()) {
            looked = handedOut.getLast().entry().point();
        } else if (!queue.isEmpty()) {
            looked = finished;
        } else if (live && readerPoint.position() > looked.position()) {
            looked = readerPoint;
        }
        queue.clear();
        queuedBytes = 0;
        live = false;
    }

    // --- finishing ---------------------------------------------------------------------------------------------------

    void done(Delivery delivery) {
        if (delivery.done) {
            return;
        }
        delivery.done = true;
        returned.remove(delivery);
        if (delivery.isRetry()) {
            retriesInHand--;
            return;
        }
        unfinished--;
        while (!handedOut.isEmpty() && handedOut.getFirst().done) {
            finished = handedOut.removeFirst().entry().point();
        }
    }

    void again(Delivery delivery) {
        if (!delivery.done && !lost && !returned.contains(delivery)) {
            returned.add(delivery);
        }
    }

    /** Nobody has it in hand any more. */
    void allAgain() {
        handedOut.forEach(this::again);
        // What was to be tried again is still marked so in the database.
        returned.removeIf(Delivery::isRetry);
        retries.clear();
        retriesInHand = 0;
    }

    /**
     * Where the cursor may be once these are done.
     *
     * @return null if something before them is not done, or they are to be tried again
     */
    @Nullable
    LedgerPoint pointAfter(List<Delivery> deliveries) {
        if (deliveries.get(0).isRetry()) {
            return null;
        }
        Iterator<Delivery> inOrder = handedOut.iterator();
        for (Delivery delivery : deliveries) {
            if (!inOrder.hasNext() || inOrder.next() != delivery) {
                return null;
            }
        }
        return deliveries.get(deliveries.size() - 1).entry().point();
    }

    // --- parked events -----------------------------------------------------------------------------------------------

    void park(EntityRef entity) {
        parked.add(entity);
    }

    void unpark(EntityRef entity) {
        parked.remove(entity);
    }

    boolean isRetrying() {
        return !retries.isEmpty() || retriesInHand > 0;
    }

    void retry(List<Delivery> parkedEvents) {
        if (!isRetrying()) {
            retries.addAll(parkedEvents);
        }
    }

    /** The entity is not tried again after all. */
    void stopRetrying(EntityRef entity) {
        retries.removeIf(delivery -> delivery.entity().equals(entity));
    }

    // --- the cursor --------------------------------------------------------------------------------------------------

    /** How far it is: past everything that does not match, if nothing that matches is unfinished. */
    LedgerPoint progress() {
        LedgerPoint last = limit;
        LedgerEntry waiting = queue.peek();
        if (!handedOut.isEmpty() || (waiting != null && (last == null || waiting.position() <= last.position()))) {
            return finished;
        }
        LedgerPoint readerPoint = reader.get();
        LedgerPoint seen = live && readerPoint.position() > looked.position() ? readerPoint : looked;
        if (last != null && seen.position() > last.position()) {
            seen = last;
        }
        return seen.position() > finished.position() ? seen : finished;
    }

    /**
     * What is to be saved.
     *
     * @param skippedToo whether a move that no delivery made is worth a write
     * @return null if nothing
     */
    @Nullable
    LedgerPoint unsaved(Duration idleInterval, boolean skippedToo) {
        LedgerPoint now = progress();
        boolean delivered = finished.position() > saved.position();
        boolean due = skippedToo || limit != null || System.nanoTime() - savedAt > idleInterval.toNanos();
        return !lost && now.position() > saved.position() && (delivered || due) ? now : null;
    }

    /** A cursor that stands before this was set back, together with what was committed meanwhile. */
    long savedPosition() {
        return saved.position();
    }

    void saved(LedgerPoint point) {
        if (point.position() >= saved.position()) {
            saved = point;
        }
        savedAt = System.nanoTime();
    }

    LedgerPoint finished() {
        return finished;
    }

    /** No event after that position is handed out, and the cursor stops there; null = no limit. Answers whether that is new. */
    boolean limit(@Nullable LedgerPoint point) {
        boolean differs = !Objects.equals(limit, point);
        limit = point;
        return differs;
    }

    // --- the end -----------------------------------------------------------------------------------------------------

    void fail(DaybookException because) {
        failure = because;
        live = false;
    }

    @Nullable
    DaybookException failure() {
        return failure;
    }

    /** Hands nothing out any more, or does again. Answers whether that is new. */
    boolean giveUp(boolean now) {
        boolean differs = givingUp != now;
        givingUp = now;
        return differs;
    }

    boolean isGivingUp() {
        return givingUp;
    }

    boolean isLost() {
        return lost;
    }

    /** Another node delivers it, or nobody. What is in hand may be finished; it does not count here. */
    void lose() {
        lost = true;
        live = false;
        queue.clear();
        queuedBytes = 0;
        returned.clear();
        retries.clear();
    }
}
