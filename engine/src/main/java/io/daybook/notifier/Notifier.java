package io.daybook.notifier;

import io.daybook.database.Advances;
import io.daybook.database.Database;
import io.daybook.database.WakeUp;
import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.Receipt;
import io.daybook.event.Topic;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerDiverged;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import io.daybook.ledger.Numbered;
import io.daybook.redaction.SensitiveAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the ledger and tells registrations what they asked for. One reader per node serves all of them: the number of
 * database connections does not grow with the number of registrations. Thread-safe.
 */
public final class Notifier implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

    private static final int PAGE = 500;
    private static final Duration SHORTEST_SLEEP = Duration.ofMillis(10);
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(1);
    private static final Duration LONGEST_SLEEP_AFTER_FAILURE = Duration.ofSeconds(10);
    private static final Duration SAVE_INTERVAL = Duration.ofMillis(500);

    /** A cursor that only skipped what is not for it is worth a write now and then, not in every round. */
    private static final Duration IDLE_SAVE_INTERVAL = Duration.ofSeconds(25);

    /** How often those that finished nothing are asked whether that time has come: there may be thousands of them. */
    private static final Duration IDLE_LOOK_INTERVAL = Duration.ofSeconds(5);

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    /** A node that was told to look again does so at once, but not over and over. */
    private static final Duration SHORTEST_STEP = Duration.ofMillis(20);

    /** How often a node looks whether it should take or give up something, where nothing can tell it: on H2. */
    private static final Duration UNTOLD_STEP = Duration.ofSeconds(1);

    /** What a node tells others when who delivers what may change. */
    private static final String DIVISION = "division";

    private final Database database;
    private final Ledger ledger;
    private final UUID daybookId;
    private final RegistrationTable stored;
    private final ParkedTable parked;
    private final CursorTable cursors;
    private final Deliverer deliverer;
    private final Ownership ownership;
    private final Recorder recorder;
    private final Function<Event, Reaction> reactions;
    private final Supplier<Reaction> withoutCause;
    private final SensitiveAttributes sensitive;
    private final @Nullable NodeSignals signals;
    private final Duration step;
    private final Map<String, Registration> registrations = new ConcurrentHashMap<>();
    private final WakeUp readerWakeUp = new WakeUp();
    private final WakeUp ownershipWakeUp = new WakeUp();
    private final WakeUp saverWakeUp = new WakeUp();
    private final Advances advances = new Advances();
    private final Advances sequenced = new Advances();
    private final Thread readerThread = daemon("daybook-reader", this::readLoop);
    private final Thread saverThread = daemon("daybook-cursors", this::saveLoop);
    private final Thread ownershipThread = daemon("daybook-leases", this::ownershipLoop);

    /** Guards {@link #index} and the moves of {@link #reader}; taken before the lock of a registration, never after. */
    private final Object dispatch = new Object();

    private final TopicIndex<Partition> index = new TopicIndex<>();
    private final Handover handover = new Handover();
    /** Whether the reader has anybody to read for. */
    private volatile boolean reading;

    private volatile LedgerPoint reader = LedgerPoint.BEGINNING;
    private volatile boolean closed;
    private boolean started;

    /**
     * For the engine: use {@code daybook.notifier()}.
     *
     * @param signals wake-ups between nodes; null where the database has none
     * @param lease how long this node may be silent before other nodes deliver what it delivered
     * @param recorder writes down what is done to registrations
     * @param reactions begins a reaction in the calling thread
     * @param withoutCause the same, to nothing, in place of whatever counted there
     * @param sensitive what failures may not show
     */
    public Notifier(
            Database database,
            Ledger ledger,
            UUID daybookId,
            @Nullable NodeSignals signals,
            Duration lease,
            Recorder recorder,
            Function<Event, Reaction> reactions,
            Supplier<Reaction> withoutCause,
            SensitiveAttributes sensitive) {
        this.database = database;
        this.ledger = ledger;
        this.daybookId = daybookId;
        this.signals = signals;
        this.recorder = recorder;
        this.reactions = reactions;
        this.withoutCause = withoutCause;
        this.sensitive = sensitive;
        NodeIdentity identity = NodeIdentity.own();
        this.cursors = new CursorTable(database, identity);
        this.stored = new RegistrationTable(database);
        this.parked = new ParkedTable(database);
        this.deliverer = new Deliverer(database, ledger, cursors, stored, parked, recorder);
        this.ownership = new Ownership(cursors, identity::newNode, lease, System::nanoTime, this::tellOthersOfDivision);
        Duration third = lease.dividedBy(3);
        this.step = signals == null && third.compareTo(UNTOLD_STEP) > 0 ? UNTOLD_STEP : third;
    }

    /** For the engine: what this machine is called, if that could be found out. */
    public static Optional<String> hostName() {
        return NodeIdentity.own().knownHost();
    }

    Throwable shown(Throwable failure, Collection<EntityType> types) {
        return sensitive.shown(failure, types);
    }

    Reaction reactTo(Event event) {
        return reactions.apply(event);
    }

    Reaction withoutCause() {
        return withoutCause.get();
    }

    UUID daybookId() {
        return daybookId;
    }

    Ownership ownership() {
        return ownership;
    }

    void wakeOwnership() {
        ownershipWakeUp.wake();
    }

    private void tellOthersOfDivision() {
        if (signals != null) {
            signals.tell(DIVISION);
        }
    }

    private void signalled(String what) {
        if (what.equals(DIVISION)) {
            ownershipWakeUp.wake();
        } else {
            wake();
        }
    }

    /** Threads run only where somebody listens: a process that just appends or looks something up needs none. */
    private void startIfFirst() {
        if (closed) {
            throw new IllegalStateException("The daybook is closed. Open it again to register.");
        }
        synchronized (dispatch) {
            if (started) {
                return;
            }
            started = true;
        }
        readerThread.start();
        saverThread.start();
        ownershipThread.start();
        if (signals != null) {
            signals.start(this::signalled);
        }
    }

    private static Thread daemon(String name, Runnable loop) {
        Thread thread = new Thread(loop, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * The durable registration of that name, which begins at the beginning if it is new, and else goes on where it was.
     *
     * @param topics what it hears: an event that one of them matches; none = everything
     * @throws RegistrationDiffers if it is known with other topics
     * @throws LedgerDiverged if the database is not the one that its cursor was made in
     */
    public Registration register(String name, Topic... topics) {
        return register(name, Start.beginning(), topics);
    }

    /**
     * The durable registration of that name, which begins there if it is new, and else goes on where it was.
     *
     * @param topics what it hears: an event that one of them matches; none = everything
     * @throws RegistrationDiffers if it is known with other topics
     * @throws LedgerDiverged if the database is not the one that its cursor was made in
     * @throws IllegalArgumentException if it is new and shall begin at a position that the ledger does not have yet
     */
    public Registration register(String name, Start start, Topic... topics) {
        return register(name, start, 0, topics);
    }

    /**
     * The durable registration of that name, whose entities are divided into so many partitions: as many threads and nodes can deliver
     * it at the same time, with the order of each entity's events kept. It begins there if it is new, and else goes on where it was.
     *
     * @param partitions 1 to 256; a known one must have as many ({@link RegistrationControl#divide} changes that)
     * @param topics what it hears: an event that one of them matches; none = everything
     * @throws RegistrationDiffers if it is known with other topics, or another number of partitions
     * @throws LedgerDiverged if the database is not the one that its cursor was made in
     * @throws IllegalArgumentException if it is new and shall begin at a position that the ledger does not have yet
     */
    public Registration registerDivided(String name, int partitions, Start start, Topic... topics) {
        return register(name, start, Partitions.check(partitions), topics);
    }

    /** @param partitions 0 = as it is, or one */
    private Registration register(String name, Start start, int partitions, Topic... topics) {
        startIfFirst();
        checkName(name);
        Set<Topic> wanted = asSet(topics);
        RegistrationTable.Stored found = stored.find(name)
                .orElseGet(() -> stored.addIfMissing(name, wanted, resolve(start), Math.max(1, partitions)));
        if (!found.topics().equals(wanted)) {
            throw RegistrationDiffers.byTopics(name, found.topics(), wanted);
        }
        if (partitions != 0 && partitions != found.cursors().size()) {
            throw RegistrationDiffers.byPartitions(name, found.cursors().size(), partitions);
        }
        return registrations.computeIfAbsent(name, n -> {
            found.cursors().forEach(cursor -> checkCursor(n, cursor.point()));
            LOG.info(
                    "Registration {} goes on after position {}.",
                    n,
                    found.last().position());
            return new Registration(
                    this, deliverer, n, true, wanted, found.cursors().size());
        });
    }

    /** An ephemeral registration, as in Taipy: from now on, in memory, gone with the process. */
    public Registration register(Topic... topics) {
        return ephemeral(Start.now(), topics);
    }

    /**
     * An ephemeral registration that begins in the past: hears again what was, and then what comes. Durable cursors stay where they
     * are. Unregister it when it is done.
     *
     * @throws IllegalArgumentException if it shall begin at a position that the ledger does not have yet
     */
    public Registration replay(Start start, Topic... topics) {
        return ephemeral(start, topics);
    }

    private Registration ephemeral(Start start, Topic... topics) {
        startIfFirst();
        String id = "REGISTRATION_" + UUID.randomUUID();
        Registration registration = new Registration(this, deliverer, id, false, asSet(topics), 1);
        LedgerPoint point = resolve(start);
        registrations.put(id, registration);
        registration.begin(point);
        return registration;
    }

    /**
     * The durable registration of that name hears something else from where it stands.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public Registration replaceTopics(String name, Topic... topics) {
        startIfFirst();
        Set<Topic> wanted = asSet(topics);
        RegistrationTable.Stored before = required(name);
        stored.replaceTopics(name, wanted);
        Registration known = registrations.get(name);
        if (known != null) {
            changeTopics(known, wanted);
        }
        // Who delivers it elsewhere hears of it.
        tellOthersOfDivision();
        LOG.info("Registration {} now hears {} instead of {}.", name, wanted, before.topics());
        return register(name, topics);
    }

    private RegistrationTable.Stored required(String name) {
        return stored.find(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "There is no registration %s. Use register to make one.".formatted(name)));
    }

    void changeTopics(Registration registration, Set<Topic> topics) {
        synchronized (dispatch) {
            registration.livePartitions().forEach(partition -> index.remove(partition, registration.topics()));
            registration.replaceTopics(topics);
        }
    }

    /**
     * For operators: pause, resume, rewind, skip, divide, and what was parked.
     *
     * @throws IllegalArgumentException if there is no durable registration of that name
     */
    public RegistrationControl control(String name) {
        required(name);
        return new RegistrationControl(
                name, database, ledger, stored, parked, recorder, this::resolve, this::divisionChanged, null, null);
    }

    private void divisionChanged() {
        ownershipWakeUp.wake();
        tellOthersOfDivision();
    }

    /**
     * Forgets that registration, with its cursor and what is parked for it. One that is not known is no error.
     *
     * @throws io.daybook.database.DatabaseFailure if the database cannot, or did not answer; if it did not forget it, it is delivered as
     *     before
     */
    public void unregister(String id) {
        Registration registration = registrations.get(id);
        if (registration == null || registration.isDurable()) {
            // First: else a node that the database fails keeps from the others what it does not deliver any more.
            stored.remove(id);
        }
        if (registration != null) {
            ownership.forget(registration.competitor());
            gone(registration);
        }
        if (registration == null || registration.isDurable()) {
            divisionChanged();
        }
    }

    /** The database does not know it any more; who registers its name again gets another one. */
    void gone(Registration registration) {
        if (registrations.remove(registration.id(), registration)) {
            forget(registration);
        }
    }

    private void forget(Registration registration) {
        synchronized (dispatch) {
            dropFromReader(registration.livePartitions());
            registration.close();
        }
    }

    /** The reader brings them nothing more. */
    void dropFromReader(Collection<Partition> partitions) {
        synchronized (dispatch) {
            for (Partition partition : partitions) {
                if (partition.registration.livePartitions().contains(partition)) {
                    index.remove(partition, partition.registration.topics());
                    partition.registration.noLongerLive(partition);
                }
            }
        }
    }

    /**
     * A durable registration as the database knows it, whichever nodes deliver it.
     *
     * @param position of its cursor, as it was saved last; of several partitions the one that is least far
     * @param lag how many positions of the ledger come after that
     * @param partitions into how many partitions it is divided
     * @param owners the nodes that deliver its partitions, by number; null where nobody does. Whether their leases last is another
     *     question: see the table {@code nodes}
     * @param paused since when it is delivered to nobody; empty = it is delivered
     * @param pauseReason why not
     * @param parked how many events are set aside
     */
    public record Known(
            String name,
            Set<Topic> topics,
            long position,
            long lag,
            int partitions,
            List<@Nullable String> owners,
            Optional<Instant> paused,
            Optional<String> pauseReason,
            long parked) {}

    /** All durable registrations, by name. */
    public List<Known> known() {
        long head = ledger.head().position();
        return stored.list().stream().map(found -> known(found, head)).toList();
    }

    private static Known known(RegistrationTable.Stored found, long head) {
        long position = found.last().position();
        List<@Nullable String> owners = new java.util.ArrayList<>();
        found.cursors().forEach(cursor -> owners.add(cursor.owner()));
        return new Known(
                found.name(),
                found.topics(),
                position,
                Math.max(0, head - position),
                found.cursors().size(),
                java.util.Collections.unmodifiableList(owners),
                Optional.ofNullable(found.paused()).map(java.time.OffsetDateTime::toInstant),
                Optional.ofNullable(found.pauseReason()),
                found.parked());
    }

    /**
     * From now on this daybook is a node that others can see ({@link #nodes}), whether it delivers anything or not, until that is closed: for
     * work that one node does and others take over when it is gone.
     *
     * @throws io.daybook.database.DatabaseFailure if the database cannot
     */
    public Presence takePart() {
        startIfFirst();
        ownership.appear();
        return new Presence(ownership);
    }

    /**
     * The nodes whose leases last, by the clock of the database. One that is not among them is gone, or was silent for too long and will come
     * back as another one.
     */
    public Set<String> nodes() {
        return cursors.livingNodes();
    }

    private static void checkName(String name) {
        // The name is the id of an entity of its own: what operators do to a registration is recorded under it.
        new EntityRef(EntityType.DAYBOOK_REGISTRATION, name).id();
    }

    /** Everything in one topic is everything, whatever else is asked for. */
    private static Set<Topic> asSet(Topic... topics) {
        Set<Topic> set = new LinkedHashSet<>(List.of(topics));
        return set.contains(Topic.everything()) ? Set.of() : set;
    }

    private LedgerPoint resolve(Start start) {
        if (start instanceof Start.AtPosition at) {
            return ledger.point(at.position())
                    .orElseThrow(() -> new IllegalArgumentException(
                            "Position %d is not in the ledger, which ends at %d. Start where something is, or at Start.now()."
                                    .formatted(at.position(), ledger.head().position())));
        }
        return start instanceof Start.AtInstant at ? ledger.recordedUntil(at.recorded()) : ledger.head();
    }

    private void checkCursor(String name, LedgerPoint cursor) {
        LedgerDiverged diverged = deliverer.compare(name, cursor);
        if (diverged != null) {
            throw diverged;
        }
    }

    /** Tells that the ledger may have grown. */
    public void wake() {
        sequenced.advance();
        readerWakeUp.wake();
    }

    /** Tells that a round of this process has numbered something: that, where it is at hand. */
    public void sequenced(Optional<Numbered> events) {
        if (reading) {
            events.ifPresent(handover::add);
        }
        wake();
    }

    LedgerPoint reader() {
        return reader;
    }

    Advances advances() {
        return advances;
    }

    /** Lets the reader serve that partition, if it has come as far. */
    void becomeLive(Partition partition) {
        Registration registration = partition.registration;
        synchronized (dispatch) {
            if (index.isEmpty() && !closed) {
                // Nobody listens, so the reader stands anywhere: it goes on where the first one does. It stands there
                // before that one is live, whose progress would else be taken from where the reader stood.
                reader = registration.looked(partition);
                if (registration.goLive(partition, reader)) {
                    index.add(partition, registration.topics());
                }
            } else if (!closed && registration.goLive(partition, reader)) {
                index.add(partition, registration.topics());
            }
        }
        readerWakeUp.wake();
    }

    private void readLoop() {
        Duration sleep = Duration.ZERO;
        boolean failing = false;
        while (!closed) {
            try {
                Reading read = readPage();
                if (read == Reading.SOMETHING) {
                    sleep = Duration.ZERO;
                    continue;
                }
                failing = false;
                sleep = WakeUp.longer(read == Reading.ALL ? Duration.ZERO : sleep, SHORTEST_SLEEP, LONGEST_SLEEP);
            } catch (LedgerDiverged e) {
                failLive(e);
                sleep = LONGEST_SLEEP;
            } catch (Exception | StackOverflowError | OutOfMemoryError e) {
                sleep = WakeUp.longer(sleep, SHORTEST_SLEEP, LONGEST_SLEEP_AFTER_FAILURE);
                if (!failing && !closed) {
                    LOG.warn("Reading the ledger failed: {}. Trying again until it works.", e.getMessage(), e);
                }
                failing = true;
            }
            try {
                if (readerWakeUp.sleep(sleep) && !failing) {
                    sleep = Duration.ZERO;
                }
            } catch (InterruptedException e) {
                LOG.debug("The reader's sleep was interrupted.");
            }
        }
    }

    /** What came of a look. */
    private enum Reading {
        NOTHING,
        /** And there may be more. */
        SOMETHING,
        /** And that is all, as far as this process knows. */
        ALL
    }

    private Reading readPage() {
        LedgerPoint from;
        synchronized (dispatch) {
            reading = !index.isEmpty();
            if (!reading) {
                handover.clear();
                return Reading.NOTHING;
            }
            from = reader;
        }
        List<LedgerEntry> handed = handover.after(from, PAGE);
        List<LedgerEntry> page = handed == null ? ledger.after(from, PAGE, "The reader of this node") : handed;
        if (page.isEmpty()) {
            return Reading.NOTHING;
        }
        synchronized (dispatch) {
            if (!reader.equals(from)) {
                return Reading.SOMETHING;
            }
            reader = dispatch(page, from);
        }
        advances.advance();
        return handed != null && handover.endsAt(page.get(page.size() - 1).point()) ? Reading.ALL : Reading.SOMETHING;
    }

    /** @return where the page ends */
    private LedgerPoint dispatch(List<LedgerEntry> page, LedgerPoint from) {
        List<Registration> offered = new ArrayList<>();
        List<Partition> full = new ArrayList<>();
        LedgerPoint before = from;
        try {
            for (LedgerEntry entry : page) {
                for (Partition partition : index.listeners(entry.event())) {
                    Registration registration = partition.registration;
                    if (registration.beginOffers()) {
                        offered.add(registration);
                    }
                    if (!registration.offer(partition, entry, before)) {
                        full.add(partition);
                    }
                }
                full.forEach(partition -> index.remove(partition, partition.registration.topics()));
                full.clear();
                before = entry.point();
            }
            return before;
        } finally {
            offered.forEach(Registration::endOffers);
        }
    }

    private void failLive(LedgerDiverged because) {
        LOG.error("{}", because.getMessage());
        synchronized (dispatch) {
            for (Registration registration : registrations.values()) {
                List<Partition> live = registration.livePartitions();
                if (!live.isEmpty()) {
                    live.forEach(partition -> index.remove(partition, registration.topics()));
                    registration.fail(new LedgerDiverged(
                            "Registration " + registration.id(), because.expected(), because.found()));
                }
            }
        }
    }

    /**
     * Waits until every event of that unit of work has its position.
     *
     * @return the last of their positions; 0 if it has no events
     * @throws AwaitTimeout if they have none in time
     */
    public long awaitPosition(Receipt receipt, Duration timeout) throws InterruptedException {
        if (receipt.events().isEmpty()) {
            return 0;
        }
        long deadline = System.nanoTime() + WakeUp.nanos(timeout);
        // Positions are given in the order of event ids, so the last one tells of all.
        long last = receipt.events().stream()
                .mapToLong(Receipt.Appended::eventId)
                .max()
                .orElseThrow();
        Duration pause = Duration.ofMillis(1);
        while (true) {
            long count = sequenced.count();
            Long position = ledger.positions(List.of(last)).get(last);
            if (position != null) {
                return position;
            }
            long remaining = deadline - System.nanoTime();
            if (remaining <= 0) {
                throw new AwaitTimeout(
                        "The events of unit of work %s got no position".formatted(receipt.transactionId()), timeout);
            }
            pause = WakeUp.longer(pause, pause, Duration.ofMillis(100));
            sequenced.awaitMoreThan(count, Duration.ofNanos(Math.min(remaining, pause.toNanos())));
        }
    }

    private void saveLoop() {
        boolean failing = false;
        long lookedAtAll = System.nanoTime();
        while (!closed) {
            try {
                boolean all = failing || System.nanoTime() - lookedAtAll > IDLE_LOOK_INTERVAL.toNanos();
                lookedAtAll = all ? System.nanoTime() : lookedAtAll;
                save(
                        all
                                ? registrations.values()
                                : registrations.values().stream()
                                        .filter(Registration::wantsSaving)
                                        .toList(),
                        false);
                failing = false;
            } catch (RuntimeException e) {
                if (!failing && !closed) {
                    LOG.warn(
                            "Saving cursors failed: {}. Trying again; after a restart, events since the last saved ones are delivered again.",
                            e.getMessage());
                }
                failing = true;
            }
            try {
                saverWakeUp.sleep(SAVE_INTERVAL);
            } catch (InterruptedException e) {
                LOG.debug("The saver's sleep was interrupted.");
            }
        }
    }

    void save(Registration registration) {
        save(List.of(registration), true);
    }

    private void save(Collection<Registration> which, boolean skippedToo) {
        Map<LeaseTable.Move, Partition> moves = new HashMap<>();
        which.forEach(registration -> moves.putAll(registration.unsaved(IDLE_SAVE_INTERVAL, skippedToo)));
        if (moves.isEmpty()) {
            return;
        }
        List<LeaseTable.Move> refused = cursors.save(moves.keySet());
        moves.forEach((move, partition) -> {
            if (!refused.contains(move)) {
                partition.registration.saved(partition, move.to());
            }
        });
        if (!refused.isEmpty()) {
            // The cursor is elsewhere: moved by a transaction of this node that was faster, set back, or no longer
            // ours.
            // Looking tells.
            LOG.debug("{} cursors were not saved: {}", refused.size(), refused);
            moves.forEach((move, partition) -> {
                if (refused.contains(move)) {
                    partition.registration.refused(move, partition);
                }
            });
            ownershipWakeUp.wake();
        }
    }

    private void ownershipLoop() {
        boolean failing = false;
        while (!closed) {
            try {
                if (!ownershipWakeUp.sleep(step)) {
                    LOG.trace("Looking who delivers what.");
                }
                if (closed) {
                    return;
                }
                ownership.step();
                failing = false;
                registrations.values().forEach(Registration::signalIfWaitingForLease);
                Thread.sleep(SHORTEST_STEP.toMillis());
            } catch (InterruptedException e) {
                LOG.debug("The sleep before looking who delivers what was interrupted.");
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                if (!failing && !closed) {
                    LOG.warn(
                            "Renewing the lease failed: {}. Trying again; once it ends, nothing is delivered here until it works.",
                            e.getMessage());
                }
                failing = true;
            }
        }
    }

    /**
     * Stops reading, saves every cursor, closes every registration, and gives up what this node delivers, so that others can begin at
     * once.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        readerWakeUp.wake();
        saverWakeUp.wake();
        ownershipWakeUp.wake();
        join(readerThread);
        join(saverThread);
        join(ownershipThread);
        try {
            save(registrations.values(), true);
        } catch (RuntimeException e) {
            LOG.warn(
                    "Saving cursors at close failed: {}. After a restart, events since the last saved ones are delivered again.",
                    e.getMessage());
        }
        registrations.values().forEach(this::forget);
        registrations.clear();
        try {
            ownership.close();
        } catch (RuntimeException e) {
            LOG.warn("Giving up the lease at close failed: {}. Others begin when it ends.", e.getMessage());
        }
        advances.advance();
    }

    private static void join(Thread thread) {
        try {
            thread.join(CLOSE_WITHIN.toMillis());
            if (thread.isAlive()) {
                LOG.warn("{} still runs {} s after close.", thread.getName(), CLOSE_WITHIN.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
