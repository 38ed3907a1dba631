package io.daybook.notifier;

import io.daybook.database.Advances;
import io.daybook.database.DatabaseFailure;
import io.daybook.database.WakeUp;
import io.daybook.event.DaybookException;
import io.daybook.event.Event;
import io.daybook.event.Receipt;
import io.daybook.event.Topic;
import io.daybook.ledger.LedgerDiverged;
import io.daybook.ledger.LedgerPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What somebody wants to hear, and how far they are. Events come in the order of the ledger, at least once; the cursor is the
 * last position finished. A durable registration keeps its cursor in the database and goes on from there after a restart; an
 * ephemeral one ends with the process.
 *
 * <p>Usually read through an {@code EventConsumer}; {@link #poll} reads it without one. Thread-safe.
 *
 * <p>Any number of nodes may have the same durable registration open. Its entities are divided into partitions (one, unless said
 * otherwise), each of which is delivered by one node at a time: by a node where somebody reads, as long as its lease lasts. The
 * order of events is kept within a partition, and so within an entity.
 *
 * <p>A partition is either <em>live</em> (the node's reader puts matching events into its bounded queue) or <em>catching up</em>
 * (whoever polls reads from the database, at their own pace). It begins by catching up, becomes live when it has reached the
 * reader, and falls back when its queue is full, so a slow consumer delays nobody and takes no memory.
 */
public final class Registration {

    private static final Logger LOG = LoggerFactory.getLogger(Registration.class);

    private final Notifier notifier;
    private final Deliverer deliverer;
    private final String id;
    private final boolean durable;
    private final Ownership.Competitor competitor = new Competing();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Advances finishedSomething = new Advances();

    // All below guarded by the lock.

    private Set<Topic> topics;
    /** Those that this node delivers, by number. */
    private final Map<Integer, Partition> partitions = new TreeMap<>();

    private int partitionCount;
    /** Where the next look for something to hand out begins, so that every partition has its turn. */
    private int turn;

    /** Whether somebody found nothing only because this node's lease did not last. */
    private boolean waitsForLease;

    /** Whether the notifier has offered it something and not told it; guarded by the notifier. */
    private boolean offered;

    /** Whether a delivery may have moved a cursor since somebody asked what is to be saved; read without the lock, a thousand times in a row. */
    private volatile boolean moved;
    /** Whether some cursor is to stop at a position, and somebody waits until it is there. */
    private volatile boolean draining;

    private volatile boolean competing;
    private @Nullable String holder;
    /** Told when there may be something to take, by whoever has the lock; null = nobody asked for it. */
    private @Nullable Runnable ready;

    private @Nullable DaybookException failure;
    private boolean closed;

    Registration(
            Notifier notifier, Deliverer deliverer, String id, boolean durable, Set<Topic> topics, int partitionCount) {
        this.notifier = notifier;
        this.deliverer = deliverer;
        this.id = id;
        this.durable = durable;
        this.topics = Set.copyOf(topics);
        this.partitionCount = partitionCount;
    }

    /** Its name, or for an ephemeral one {@code REGISTRATION_<uuid>}. */
    public String id() {
        return id;
    }

    /** Whether its cursor survives a restart. */
    public boolean isDurable() {
        return durable;
    }

    /** What it hears; empty = everything. */
    public Set<Topic> topics() {
        return locked(() -> topics);
    }

    /** Into how many partitions its entities are divided. */
    public int partitions() {
        return locked(() -> partitionCount);
    }

    /** Which of them this node delivers at present: empty where nobody reads here, or other nodes have them all. */
    public Set<Integer> ownPartitions() {
        return locked(() -> Set.copyOf(partitions.keySet()));
    }

    /**
     * Begins a reaction to that event in this thread: until it is closed, what is appended here has the position of the event as its cause, and
     * its correlation id ({@code daybook.reactingTo(event)} says which). Consumers do it for each event that they hand to the application.
     *
     * @param event one that was delivered
     */
    public Reaction react(Event event) {
        return notifier.reactTo(event);
    }

    /**
     * Begins work in this thread that reacts to no one event: until it is closed, nothing counts that was entered here before, and what is
     * entered meanwhile ends with it. Consumers do it for a batch that they hand to the application as a whole.
     */
    public Reaction withoutCause() {
        return notifier.withoutCause();
    }

    String eventId(long position) {
        return notifier.daybookId() + "/" + position;
    }

    private <T> T locked(java.util.function.Supplier<T> read) {
        lock.lock();
        try {
            return read.get();
        } finally {
            lock.unlock();
        }
    }

    private void withLock(Runnable change) {
        lock.lock();
        try {
            change.run();
            tellChanged();
        } finally {
            lock.unlock();
        }
    }

    /** Called with the lock. */
    private void tellChanged() {
        changed.signalAll();
        Runnable told = ready;
        if (told != null) {
            told.run();
        }
    }

    /**
     * Last position finished, of the partition that is least far: everything that matches up to here is processed. Of a partition
     * that another node delivers, as that node saved it last.
     *
     * @throws io.daybook.database.DatabaseFailure if other nodes deliver some of it and the database cannot be read
     */
    public long position() {
        return progress().position();
    }

    private LedgerPoint progress() {
        Map<Integer, LedgerPoint> here = new HashMap<>();
        boolean complete = locked(() -> {
            partitions.values().forEach(p -> here.put(p.number, p.progress()));
            return !durable || closed || here.size() == partitionCount;
        });
        List<LedgerPoint> points = new ArrayList<>(here.values());
        if (!complete) {
            List<LedgerPoint> stored = deliverer.cursors(id);
            for (int number = 0; number < stored.size(); number++) {
                if (!here.containsKey(number)) {
                    points.add(stored.get(number));
                }
            }
        }
        return points.stream()
                .min((a, b) -> Long.compare(a.position(), b.position()))
                .orElse(LedgerPoint.BEGINNING);
    }

    /**
     * The next event, waiting for one if there is none. From the first poll on this node takes part in delivering the registration;
     * it takes what no other node has.
     *
     * @param timeout how long to wait; zero = look once
     * @return empty if there was none in time
     * @throws RegistrationClosed if it was unregistered, or the daybook is closed
     * @throws io.daybook.ledger.LedgerDiverged if the database is not the one it was
     * @throws io.daybook.database.DatabaseFailure if the database cannot be read; the next poll tries again
     * @throws InterruptedException if the thread was interrupted while it waited; nothing was handed out
     */
    public Optional<Delivery> poll(Duration timeout) throws InterruptedException {
        return take(1, null, timeout).stream().findFirst();
    }

    /**
     * @param claim for whom: then a partition hands out nothing more while it has something in hand; null = for whoever polls
     * @return of one partition, in order; empty if there was nothing in time
     */
    private List<Delivery> take(int most, @Nullable Claim claim, Duration timeout) throws InterruptedException {
        try {
            return takeWhileOpen(most, claim, timeout);
        } catch (DatabaseFailure e) {
            // The pool was closed in the middle of a look, because the daybook was.
            throw locked(() -> closed) ? new RegistrationClosed(id) : e;
        }
    }

    private List<Delivery> takeWhileOpen(int most, @Nullable Claim claim, Duration timeout)
            throws InterruptedException {
        boolean oneHand = claim != null;
        long deadline = System.nanoTime() + WakeUp.nanos(timeout);
        boolean tried = false;
        while (true) {
            if (Thread.interrupted()) {
                // Not while the database is asked: an embedded H2 closes its files when the thread that writes is
                // interrupted.
                throw new InterruptedException("interrupted before a poll");
            }
            compete();
            List<Partition> toRead = List.of();
            Partition.Handout handout = Partition.Handout.NOTHING;
            lock.lockInterruptibly();
            try {
                while (true) {
                    check();
                    if (claim != null && claim.ending) {
                        return List.of();
                    }
                    handout = next(most, oneHand);
                    if (!handout.deliveries().isEmpty()) {
                        break;
                    }
                    long remaining = deadline - System.nanoTime();
                    if (remaining <= 0 && tried) {
                        return List.of();
                    }
                    toRead = toRead();
                    if (!toRead.isEmpty()) {
                        toRead.forEach(Partition::beginReading);
                        break;
                    }
                    tried = true;
                    if (remaining > 0) {
                        // Whatever may make a difference signals, so that those who wait for nothing cost nothing.
                        changed.awaitNanos(remaining);
                        if (durable && !competing) {
                            break;
                        }
                    }
                }
            } finally {
                lock.unlock();
            }
            if (!toRead.isEmpty()) {
                readAhead(toRead);
                tried = true;
            } else if (handout.followers()) {
                setAside(handout.deliveries());
            } else if (!handout.deliveries().isEmpty()) {
                return handout.deliveries();
            }
        }
    }

    private void compete() {
        if (durable && !competing) {
            locked(() -> {
                check();
                return true;
            });
            notifier.ownership().compete(competitor);
            competing = true;
        }
    }

    private void check() {
        if (closed) {
            throw new RegistrationClosed(id);
        }
        if (failure != null) {
            throw failure;
        }
        for (Partition partition : partitions.values()) {
            DaybookException failed = partition.failure();
            if (failed != null) {
                throw failed;
            }
        }
    }

    private Partition.Handout next(int most, boolean oneHand) {
        if (durable && !notifier.ownership().mayDeliver()) {
            waitsForLease = true;
            return Partition.Handout.NOTHING;
        }
        for (Partition partition : inTurn()) {
            if (oneHand && partition.hasInHand()) {
                continue;
            }
            Partition.Handout handout = partition.next(most);
            if (!handout.deliveries().isEmpty()) {
                turn = partition.number + 1;
                return handout;
            }
        }
        return Partition.Handout.NOTHING;
    }

    private Collection<Partition> inTurn() {
        if (partitions.size() <= 1) {
            return partitions.values();
        }
        List<Partition> inTurn = new ArrayList<>();
        partitions.values().stream().filter(p -> p.number >= turn).forEach(inTurn::add);
        partitions.values().stream().filter(p -> p.number < turn).forEach(inTurn::add);
        return inTurn;
    }

    /** Those that are least far, all at one place: they are read in one go, and so those that begin together stay together. */
    private List<Partition> toRead() {
        List<Partition> toRead = new ArrayList<>();
        for (Partition partition : partitions.values()) {
            if (partition.wantsToRead()) {
                long ahead = toRead.isEmpty()
                        ? -1
                        : partition.looked().position() - toRead.get(0).looked().position();
                if (ahead < 0) {
                    toRead.clear();
                }
                if (ahead <= 0) {
                    toRead.add(partition);
                }
            }
        }
        return toRead;
    }

    /** One page from the database for all these, in the thread of whoever polls; only one thread at a time per partition. */
    private void readAhead(List<Partition> together) throws InterruptedException {
        try {
            LedgerPoint from;
            Set<Topic> wanted;
            Reach reach;
            Map<Partition, Integer> replacements = new HashMap<>();
            lock.lock();
            try {
                from = together.get(0).looked();
                reach = together.get(0).reach();
                wanted = topics;
                together.forEach(partition -> replacements.put(partition, partition.replacements()));
            } finally {
                lock.unlock();
            }
            io.daybook.ledger.Ledger.Page page = deliverer.read(wanted, from, reach, id);
            List<Partition> useful = locked(() -> {
                List<Partition> unchanged = replacements.entrySet().stream()
                        .filter(before -> before.getKey().replacements() == before.getValue()
                                && !before.getKey().isLost())
                        .map(Map.Entry::getKey)
                        .toList();
                for (Partition partition : unchanged) {
                    partition.reach(reach.after(from, page));
                    partition.read(from, page.entries(), page.lookedUntil());
                }
                return unchanged;
            });
            if (page.atEnd()) {
                useful.forEach(notifier::becomeLive);
            }
        } catch (LedgerDiverged e) {
            withLock(() -> together.forEach(partition -> partition.fail(e)));
        } finally {
            withLock(() -> together.forEach(Partition::endReading));
        }
    }

    /**
     * Events behind parked ones of their entities are parked too. Where that fails, here and below, it may be done all the same: the
     * partition is taken anew, so that what the database says counts.
     */
    private void setAside(List<Delivery> followers) {
        try {
            Partition partition = followers.get(0).partition();
            LedgerPoint after = pointAfter(followers);
            deliverer.park(this, partition, followers, after, null, 0);
            saved(partition, after);
            followers.forEach(this::finished);
        } catch (OwnershipLost e) {
            lose(followers.get(0).partition());
        } catch (RuntimeException e) {
            lose(followers.get(0).partition());
            throw e;
        }
    }

    private @Nullable LedgerPoint pointAfter(List<Delivery> deliveries) {
        lock.lock();
        try {
            return deliveries.get(0).partition().pointAfter(deliveries);
        } finally {
            lock.unlock();
        }
    }

    void done(Delivery delivery) {
        if (delivery.isRetry()
                && !locked(() -> delivery.done || delivery.partition().isLost())) {
            try {
                boolean last = deliverer.unpark(this, delivery.partition(), delivery);
                withLock(() -> {
                    if (last) {
                        delivery.partition().unpark(delivery.entity());
                    }
                });
            } catch (OwnershipLost e) {
                lose(delivery.partition());
            } catch (RuntimeException e) {
                lose(delivery.partition());
                throw e;
            }
        }
        finished(delivery);
    }

    private void finished(Delivery delivery) {
        Partition partition = delivery.partition();
        boolean free;
        lock.lock();
        try {
            if (!partition.isLost()) {
                partition.done(delivery);
            }
            changed.signalAll();
            free = partition.isGivingUp() && !partition.hasInHand();
        } finally {
            lock.unlock();
        }
        moved = true;
        finishedSomething.advance();
        if (free) {
            notifier.wakeOwnership();
        }
    }

    boolean mayGoOn(Delivery delivery, Claim claim) {
        lock.lock();
        try {
            return !claim.ending
                    && !closed
                    && failure == null
                    && (!durable || notifier.ownership().mayDeliver())
                    && delivery.partition().mayGoOn(delivery);
        } finally {
            lock.unlock();
        }
    }

    void again(Delivery delivery) {
        boolean free = locked(() -> {
            delivery.partition().again(delivery);
            changed.signalAll();
            return delivery.partition().isGivingUp();
        });
        if (free) {
            notifier.wakeOwnership();
        }
    }

    /**
     * What failed with these events, as logs may show it: where one of them is of an entity type with sensitive attributes, without its messages,
     * which may quote values.
     */
    public Throwable shown(Throwable failure, Collection<Event> events) {
        return notifier.shown(
                failure, events.stream().map(Event::entityType).distinct().toList());
    }

    private Throwable shown(Throwable failure, Delivery delivery) {
        return shown(failure, List.of(delivery.event()));
    }

    void park(Delivery delivery, Throwable why, int attempts) {
        requireDurable("park an event of");
        Partition partition = delivery.partition();
        try {
            LedgerPoint after = pointAfter(List.of(delivery));
            deliverer.park(this, partition, List.of(delivery), after, shown(why, delivery), attempts);
            saved(partition, after);
        } catch (OwnershipLost e) {
            lose(partition);
            return;
        } catch (RuntimeException e) {
            lose(partition);
            throw e;
        }
        withLock(() -> {
            partition.park(delivery.entity());
            partition.stopRetrying(delivery.entity());
        });
        finished(delivery);
    }

    void skip(Delivery delivery, Throwable why, int attempts) {
        if (durable) {
            try {
                LedgerPoint after = pointAfter(List.of(delivery));
                deliverer.skip(this, delivery.partition(), delivery, after, shown(why, delivery), attempts);
                saved(delivery.partition(), after);
            } catch (OwnershipLost e) {
                lose(delivery.partition());
                return;
            } catch (RuntimeException e) {
                lose(delivery.partition());
                throw e;
            }
        }
        if (delivery.isRetry()) {
            done(delivery);
        } else {
            finished(delivery);
        }
    }

    void finish(List<Delivery> deliveries, Batch.TransactionalWork work) throws Exception {
        requireDurable("finish in a transaction what belongs to");
        Partition partition = deliveries.get(0).partition();
        if (locked(partition::isLost)) {
            throw new OwnershipLost(id, partition.number, partition.epoch);
        }
        try {
            boolean lastOfEntity = deliverer.finish(this, partition, deliveries, work);
            withLock(() -> {
                deliveries.forEach(partition::done);
                if (deliveries.get(0).isRetry()) {
                    if (lastOfEntity) {
                        partition.unpark(deliveries.get(0).entity());
                    }
                } else {
                    partition.saved(
                            deliveries.get(deliveries.size() - 1).entry().point());
                }
            });
        } catch (OwnershipLost | Deliverer.InDoubt e) {
            lose(partition);
            throw e;
        }
        finishedSomething.advance();
        if (locked(partition::isGivingUp)) {
            notifier.wakeOwnership();
        }
    }

    private void requireDurable(String what) {
        if (!durable) {
            throw new IllegalStateException(
                    "Only a durable registration can do that: there is no cursor to %s registration %s. Give it a name."
                            .formatted(what, id));
        }
    }

    /** Stops delivering, on all nodes, until an operator resumes it: what the failure policy of a consumer may decide. */
    public void stopBecauseOf(Delivery delivery, Throwable why, int attempts) {
        requireDurable("stop");
        deliverer.stop(this, delivery, shown(why, delivery), attempts);
        withLock(() -> partitions.values().forEach(partition -> partition.giveUp(true)));
        notifier.wakeOwnership();
    }

    private void lose(Partition partition) {
        notifier.dropFromReader(List.of(partition));
        withLock(() -> {
            partition.lose();
            partitions.remove(partition.number, partition);
        });
        finishedSomething.advance();
        notifier.wakeOwnership();
    }

    // --- the notifier's side -----------------------------------------------------------------------------------------

    Ownership.Competitor competitor() {
        return competitor;
    }

    ReentrantLock lock() {
        return lock;
    }

    void signal() {
        withLock(() -> {});
    }

    private void signalIf(boolean differs) {
        if (differs) {
            tellChanged();
        }
    }

    /** This node may have its lease again. */
    void signalIfWaitingForLease() {
        lock.lock();
        try {
            if (waitsForLease) {
                waitsForLease = false;
                tellChanged();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The only partition of an ephemeral registration. */
    void begin(LedgerPoint start) {
        Partition partition = newPartition(0, 1, new LeaseTable.Taken(0, start), List.of());
        notifier.becomeLive(partition);
    }

    private Partition newPartition(
            int number, int of, LeaseTable.Taken taken, Collection<io.daybook.event.EntityRef> parked) {
        Partition partition = new Partition(this, number, of, taken, parked, notifier::reader);
        withLock(() -> {
            partitions.put(number, partition);
            partitionCount = of;
        });
        return partition;
    }

    /** The reader of the node takes over, if the partition has come as far. */
    boolean goLive(Partition partition, LedgerPoint reader) {
        boolean live = locked(() -> !closed && failure == null && partition.goLive(reader));
        if (live) {
            signal();
        }
        return live;
    }

    /** Whether this is the first of what is offered now. */
    boolean beginOffers() {
        boolean first = !offered;
        offered = true;
        return first;
    }

    /** Tells it of all that was offered: once for a page, and not for each event of it. */
    void endOffers() {
        offered = false;
        signal();
    }

    boolean offer(Partition partition, io.daybook.ledger.LedgerEntry entry, LedgerPoint before) {
        lock.lock();
        try {
            return partition.offer(entry, before);
        } finally {
            lock.unlock();
        }
    }

    List<Partition> livePartitions() {
        return locked(
                () -> partitions.values().stream().filter(Partition::isLive).toList());
    }

    void noLongerLive(Partition partition) {
        locked(() -> {
            partition.noLongerLive();
            return true;
        });
    }

    LedgerPoint looked(Partition partition) {
        return locked(partition::looked);
    }

    void replaceTopics(Set<Topic> newTopics) {
        withLock(() -> {
            topics = Set.copyOf(newTopics);
            partitions.values().forEach(Partition::replaceTopics);
        });
    }

    /** Whether it is worth asking soon what is to be saved; if not, only now and then, for what was skipped. */
    boolean wantsSaving() {
        return moved || draining;
    }

    /** What is to be saved; only what this node delivers. */
    Map<LeaseTable.Move, Partition> unsaved(Duration idleInterval, boolean skippedToo) {
        Map<LeaseTable.Move, Partition> moves = new HashMap<>();
        if (durable) {
            // Before the look, so that what moves after it counts for the next.
            moved = false;
            locked(() -> {
                for (Partition partition : partitions.values()) {
                    LedgerPoint point = partition.unsaved(idleInterval, skippedToo);
                    if (point != null) {
                        moves.put(
                                new LeaseTable.Move(
                                        id, partition.number, partition.epoch, partition.savedPosition(), point),
                                partition);
                    }
                }
                return true;
            });
        }
        return moves;
    }

    /** The cursor was stored; null = it was not. */
    void saved(Partition partition, @Nullable LedgerPoint point) {
        if (point != null) {
            locked(() -> {
                partition.saved(point);
                return true;
            });
        }
    }

    /** A cursor was not stored. Where it was set back, the partition is taken anew, from where the cursor is. */
    void refused(LeaseTable.Move move, Partition partition) {
        List<LedgerPoint> stored = deliverer.cursors(id);
        if (move.partition() < stored.size() && stored.get(move.partition()).position() < move.atLeast()) {
            LOG.warn(
                    "The cursor of partition {} of registration {} was at position {} and is at {}: the database was set back, or an operator moved it. It goes on from there.",
                    move.partition(),
                    id,
                    move.atLeast(),
                    stored.get(move.partition()).position());
            lose(partition);
        }
    }

    /**
     * Writes the cursor now, instead of within the next second. An ephemeral registration has none to write.
     *
     * @throws io.daybook.database.DatabaseFailure if the database cannot
     */
    public void save() {
        notifier.save(this);
    }

    /**
     * Waits until this registration has passed the events of a unit of work: each of them is processed, or is not for it.
     * Somebody must consume it meanwhile, here or on another node (whose cursor tells within a second of an event that matches,
     * and within half a minute of others).
     *
     * @throws AwaitTimeout if it has not in time
     * @throws InterruptedException if the thread was interrupted
     */
    public void await(Receipt receipt, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + WakeUp.nanos(timeout);
        long target = notifier.awaitPosition(receipt, timeout);
        while (true) {
            long finishedCount = finishedSomething.count();
            long readCount = notifier.advances().count();
            lock.lock();
            try {
                check();
            } finally {
                lock.unlock();
            }
            long position = position();
            if (position >= target) {
                return;
            }
            long remaining = deadline - System.nanoTime();
            if (remaining <= 0) {
                throw new AwaitTimeout(
                        "Registration %s is at position %d and did not pass position %d of unit of work %s"
                                .formatted(id, position, target, receipt.transactionId()),
                        timeout);
            }
            boolean delivering = locked(() -> partitions.size() == partitionCount
                    && partitions.values().stream().anyMatch(Partition::hasOutstanding));
            if (delivering) {
                finishedSomething.awaitMoreThan(finishedCount, Duration.ofNanos(remaining));
            } else {
                notifier.advances().awaitMoreThan(readCount, Duration.ofNanos(Math.min(remaining, 20_000_000L)));
            }
        }
    }

    /**
     * Takes this registration for one consumer of this node, until the claim is closed. From now on the node takes part in
     * delivering it.
     *
     * @param who for the message that others get
     * @throws RegistrationBusy if it is taken
     * @throws RegistrationClosed if it was unregistered, or the daybook is closed
     * @throws io.daybook.database.DatabaseFailure if the database cannot be asked who delivers it
     */
    public Claim claim(String who) {
        lock.lock();
        try {
            check();
            if (holder != null) {
                throw new RegistrationBusy(id, holder);
            }
            holder = who;
        } finally {
            lock.unlock();
        }
        return new Claim();
    }

    /** Says that one consumer of this node, and no other, reads the registration. Thread-safe. */
    public final class Claim implements AutoCloseable {

        /** Guarded by the registration's lock. */
        private boolean ending;

        private Claim() {}

        /** From now on nothing is handed out, and whoever waits for something gets nothing at once. */
        public void end() {
            withLock(() -> ending = true);
        }

        /**
         * For whoever does not wait in {@link #take}, but takes with a time-out of zero until it gets nothing: from now on that is called, from
         * any thread, whenever there may be something again, also at the end of this claim or of the registration. What is finished or given back
         * by whoever took it is not told: they look again anyway.
         *
         * @param ready must return at once and not call the registration: it is called under its lock
         */
        public void whenReady(Runnable ready) {
            locked(() -> Registration.this.ready = ready);
        }

        /**
         * The next events of a partition that has none in hand, waiting for some if there are none. Several threads may take: each
         * gets another partition.
         *
         * @param most how many at once
         * @param timeout how long to wait
         * @return empty if there were none in time, or after {@link #end}
         * @throws RegistrationClosed if it was unregistered, or the daybook is closed
         * @throws io.daybook.ledger.LedgerDiverged if the database is not the one it was
         * @throws io.daybook.database.DatabaseFailure if the database cannot be read; the next call tries again
         * @throws InterruptedException if the thread was interrupted while it waited; nothing was handed out
         */
        public Optional<Batch> take(int most, Duration timeout) throws InterruptedException {
            List<Delivery> deliveries = Registration.this.take(most, this, timeout);
            return deliveries.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Batch(Registration.this, this, deliveries));
        }

        /** How many partitions there are, and so how many threads can have something to do at most. */
        public int partitions() {
            return Registration.this.partitions();
        }

        /**
         * Gives it free: what was handed out and is not done is handed out again, here or on another node, which may begin at once.
         * Writes the cursor.
         */
        @Override
        public void close() {
            withLock(() -> {
                holder = null;
                ready = null;
                partitions.values().forEach(Partition::allAgain);
            });
            if (!locked(() -> closed)) {
                save();
                release();
            }
        }
    }

    /** This node delivers it no more until somebody polls again. */
    private void release() {
        if (durable) {
            withLock(() -> competing = false);
            notifier.ownership().withdraw(competitor);
        }
    }

    void fail(DaybookException because) {
        withLock(() -> {
            failure = because;
            partitions.values().forEach(partition -> partition.fail(because));
        });
    }

    void close() {
        withLock(() -> {
            closed = true;
            // Where each stands can still be asked.
            partitions.values().forEach(partition -> partition.giveUp(true));
        });
        finishedSomething.advance();
    }

    @Override
    public String toString() {
        return id;
    }

    /** How the division among the nodes sees this registration. */
    private final class Competing implements Ownership.Competitor {

        @Override
        public String id() {
            return id;
        }

        @Override
        public void follow(LeaseTable.Look look) {
            if (!topics().equals(look.topics())) {
                notifier.changeTopics(Registration.this, look.topics());
            }
            LedgerPoint limit = look.drainUntil().isPresent()
                    ? deliverer.point(look.drainUntil().getAsLong())
                    : null;
            draining = limit != null;
            locked(() -> {
                boolean differs = partitionCount != look.shares().size();
                partitionCount = look.shares().size();
                for (Partition partition : partitions.values()) {
                    differs |= partition.limit(limit);
                }
                signalIf(differs);
                return true;
            });
        }

        @Override
        public Map<Integer, Long> held() {
            return locked(() -> {
                Map<Integer, Long> held = new TreeMap<>();
                partitions.values().forEach(p -> held.put(p.number, p.epoch));
                return held;
            });
        }

        @Override
        public void keepAtMost(int count) {
            locked(() -> {
                boolean differs = false;
                int kept = 0;
                for (Partition partition : partitions.values()) {
                    differs |= partition.giveUp(kept++ >= count);
                }
                signalIf(differs);
                return true;
            });
        }

        @Override
        public @Nullable Integer givenUp() {
            Partition free = locked(() -> partitions.values().stream()
                    .filter(p -> p.isGivingUp() && !p.hasInHand())
                    .findFirst()
                    .orElse(null));
            if (free == null) {
                return null;
            }
            save();
            return free.number;
        }

        @Override
        public void taken(LeaseTable.Share share, int of, LeaseTable.Taken taken) {
            LedgerDiverged diverged = deliverer.compare(id, taken.cursor());
            Partition partition = newPartition(share.number(), of, taken, deliverer.parked(id, share.number()));
            if (diverged != null) {
                withLock(() -> partition.fail(diverged));
            }
        }

        @Override
        public void lost(int number) {
            Partition partition = locked(() -> partitions.get(number));
            if (partition != null) {
                notifier.dropFromReader(List.of(partition));
                withLock(() -> {
                    partition.lose();
                    partitions.remove(number, partition);
                });
                finishedSomething.advance();
            }
        }

        @Override
        public void retry(int number) {
            Partition partition = locked(() -> partitions.get(number));
            if (partition != null && !locked(partition::isRetrying)) {
                List<Delivery> deliveries = deliverer.toRetry(partition);
                withLock(() -> partition.retry(deliveries));
            }
        }

        @Override
        public void gone() {
            notifier.gone(Registration.this);
        }
    }
}
