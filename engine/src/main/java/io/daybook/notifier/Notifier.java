package io.daybook.notifier;

import io.daybook.database.Advances;
import io.daybook.database.Database;
import io.daybook.database.WakeUp;
import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Receipt;
import io.daybook.event.Topic;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerDiverged;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
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
    private static final Duration IDLE_SAVE_INTERVAL = Duration.ofSeconds(30);

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    /** How many registrations may catch up from the database at the same time: the pool is the application's too. */
    private static final int CATCHING_UP = 3;

    private final Ledger ledger;
    private final CursorTable cursors;
    private final Runnable onFirstRegistration;
    private final Map<String, Registration> registrations = new ConcurrentHashMap<>();
    private final Semaphore catchingUp = new Semaphore(CATCHING_UP, true);
    private final WakeUp readerWakeUp = new WakeUp();
    private final WakeUp saverWakeUp = new WakeUp();
    private final Advances advances = new Advances();
    private final Advances sequenced = new Advances();
    private final Thread readerThread = daemon("daybook-reader", this::readLoop);
    private final Thread saverThread = daemon("daybook-cursors", this::saveLoop);

    /** Guards {@link #index} and the moves of {@link #reader}; taken before the lock of a registration, never after. */
    private final Object dispatch = new Object();

    private final TopicIndex<Registration> index = new TopicIndex<>();
    private volatile LedgerPoint reader = LedgerPoint.BEGINNING;
    private volatile boolean closed;
    private boolean started;

    /**
     * For the engine: use {@code daybook.notifier()}.
     *
     * @param onFirstRegistration told once, when somebody wants to hear something for the first time
     */
    public Notifier(Database database, Ledger ledger, Runnable onFirstRegistration) {
        this.ledger = ledger;
        this.onFirstRegistration = onFirstRegistration;
        this.cursors = new CursorTable(database);
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
        onFirstRegistration.run();
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
        startIfFirst();
        checkName(name);
        Set<Topic> wanted = asSet(topics);
        CursorTable.Stored stored =
                cursors.find(name).orElseGet(() -> cursors.addIfMissing(name, wanted, resolve(start)));
        if (!stored.topics().equals(wanted)) {
            throw new RegistrationDiffers(name, stored.topics(), wanted);
        }
        return registrations.computeIfAbsent(name, n -> {
            checkCursor(stored);
            Registration registration = new Registration(this, ledger, n, true, wanted, stored.cursor());
            LOG.info(
                    "Registration {} goes on after position {}.",
                    n,
                    stored.cursor().position());
            return registration;
        });
    }

    /** An ephemeral registration, as in Taipy: from now on, in memory, gone with the process. */
    public Registration register(Topic... topics) {
        startIfFirst();
        String id = "REGISTRATION_" + UUID.randomUUID();
        Registration registration = new Registration(this, ledger, id, false, asSet(topics), ledger.head());
        registrations.put(id, registration);
        becomeLive(registration);
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
        CursorTable.Stored stored = cursors.find(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "There is no registration %s. Use register to make one.".formatted(name)));
        cursors.replaceTopics(name, wanted);
        Registration known = registrations.get(name);
        if (known != null) {
            synchronized (dispatch) {
                if (known.isLive()) {
                    index.remove(known, known.topics());
                }
                known.replaceTopics(wanted, reader);
            }
        }
        LOG.info("Registration {} now hears {} instead of {}.", name, wanted, stored.topics());
        return register(name, topics);
    }

    /** Forgets that registration, with its cursor. One that is not known is no error. */
    public void unregister(String id) {
        Registration registration = registrations.remove(id);
        if (registration != null) {
            forget(registration);
        }
        if (registration == null || registration.isDurable()) {
            cursors.remove(id);
        }
    }

    private void forget(Registration registration) {
        synchronized (dispatch) {
            if (registration.isLive()) {
                index.remove(registration, registration.topics());
            }
            registration.close();
        }
    }

    /**
     * A durable registration as the database knows it, whichever node consumes it.
     *
     * @param position of its cursor, as it was saved last
     * @param lag how many positions of the ledger come after that
     */
    public record Known(String name, Set<Topic> topics, long position, long lag) {}

    /** All durable registrations, by name. */
    public List<Known> known() {
        long head = ledger.head().position();
        return cursors.list().stream()
                .map(stored -> new Known(
                        stored.name(),
                        stored.topics(),
                        stored.cursor().position(),
                        Math.max(0, head - stored.cursor().position())))
                .toList();
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

    private void checkCursor(CursorTable.Stored stored) {
        Optional<LedgerPoint> found = ledger.point(stored.cursor().position());
        if (!found.equals(Optional.of(stored.cursor()))) {
            throw new LedgerDiverged("Registration " + stored.name(), stored.cursor(), found.orElse(null));
        }
    }

    /** Tells that the ledger may have grown. */
    public void wake() {
        sequenced.advance();
        readerWakeUp.wake();
    }

    LedgerPoint reader() {
        return reader;
    }

    Advances advances() {
        return advances;
    }

    <T> T catchUp(Supplier<T> read) throws InterruptedException {
        catchingUp.acquire();
        try {
            return read.get();
        } finally {
            catchingUp.release();
        }
    }

    /** Lets the reader serve that registration, if it has come as far. */
    void becomeLive(Registration registration) {
        synchronized (dispatch) {
            if (index.isEmpty() && !closed) {
                // Nobody listens, so the reader stands anywhere: it goes on where the first one does. It stands there
                // before that one is live, whose progress would else be taken from where the reader stood.
                reader = registration.lookedPoint();
                if (registration.goLive(reader)) {
                    index.add(registration, registration.topics());
                }
            } else if (!closed && registration.goLive(reader)) {
                index.add(registration, registration.topics());
            }
        }
        readerWakeUp.wake();
    }

    private void readLoop() {
        Duration sleep = Duration.ZERO;
        boolean failing = false;
        while (!closed) {
            try {
                if (readPage()) {
                    sleep = Duration.ZERO;
                    continue;
                }
                failing = false;
                sleep = WakeUp.longer(sleep, SHORTEST_SLEEP, LONGEST_SLEEP);
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

    /** @return whether there was something to read */
    private boolean readPage() {
        LedgerPoint from;
        synchronized (dispatch) {
            if (index.isEmpty()) {
                return false;
            }
            from = reader;
        }
        List<LedgerEntry> page = ledger.after(from, PAGE, "The reader of this node");
        if (page.isEmpty()) {
            return false;
        }
        synchronized (dispatch) {
            if (reader.equals(from)) {
                LedgerPoint before = from;
                for (LedgerEntry entry : page) {
                    for (Registration registration : index.listeners(entry.event())) {
                        if (!registration.offer(entry, before)) {
                            index.remove(registration, registration.topics());
                        }
                    }
                    before = entry.point();
                }
                reader = before;
            }
        }
        advances.advance();
        return true;
    }

    private void failLive(LedgerDiverged because) {
        LOG.error("{}", because.getMessage());
        synchronized (dispatch) {
            for (Registration registration : registrations.values()) {
                if (registration.isLive()) {
                    index.remove(registration, registration.topics());
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
        while (!closed) {
            try {
                save(registrations.values(), false);
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
        Map<String, LedgerPoint> unsaved = new HashMap<>();
        Map<Registration, LedgerPoint> points = new HashMap<>();
        for (Registration registration : which) {
            LedgerPoint point = registration.unsaved(IDLE_SAVE_INTERVAL, skippedToo);
            if (point != null) {
                unsaved.put(registration.id(), point);
                points.put(registration, point);
            }
        }
        if (!unsaved.isEmpty()) {
            cursors.save(unsaved);
            points.forEach(Registration::saved);
        }
    }

    /** Stops reading, saves every cursor, closes every registration. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        readerWakeUp.wake();
        saverWakeUp.wake();
        join(readerThread);
        join(saverThread);
        try {
            save(registrations.values(), true);
        } catch (RuntimeException e) {
            LOG.warn(
                    "Saving cursors at close failed: {}. After a restart, events since the last saved ones are delivered again.",
                    e.getMessage());
        }
        registrations.values().forEach(this::forget);
        registrations.clear();
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
