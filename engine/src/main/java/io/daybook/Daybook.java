package io.daybook;

import io.daybook.database.Database;
import io.daybook.database.DatabaseFailure;
import io.daybook.database.SqlStates;
import io.daybook.doctor.Doctor;
import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Receipt;
import io.daybook.event.Value;
import io.daybook.evidence.Anchor;
import io.daybook.evidence.AnchorSchedule;
import io.daybook.evidence.AnchorTrust;
import io.daybook.evidence.AnchoredVerification;
import io.daybook.evidence.Evidence;
import io.daybook.evidence.ScheduledAnchors;
import io.daybook.history.EntityHistory;
import io.daybook.history.EntityState;
import io.daybook.history.History;
import io.daybook.history.Moment;
import io.daybook.history.StateTable;
import io.daybook.history.States;
import io.daybook.history.Trace;
import io.daybook.history.Tracing;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerPoint;
import io.daybook.ledger.Numbered;
import io.daybook.ledger.Verification;
import io.daybook.migrations.Migrations;
import io.daybook.notifier.NodeSignals;
import io.daybook.notifier.Notifier;
import io.daybook.notifier.ProcessedTable;
import io.daybook.redaction.SensitiveAttributes;
import io.daybook.repository.EntityMapping;
import io.daybook.repository.Repository;
import io.daybook.sequencer.Sequencer;
import io.daybook.transfer.Export;
import io.daybook.transfer.Selection;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A durable log of everything that happened to the entities of an application, and the door to all of Daybook: append with
 * {@link #transact} or {@link #join}, look back with {@link #history}, {@link #state} and {@link #asOf}, react with {@link
 * #notifier}, prove with {@link #verify}.
 *
 * <pre>{@code
 * try (Daybook daybook = Daybook.open("jdbc:h2:file:./data/daybook")) {
 *   daybook.as("kim").transact(tx -> tx.create("order", "o-1", Map.of("status", "new")));
 *   daybook.state("order", "o-1");
 * }
 * }</pre>
 *
 * <p>Thread-safe. Open one per process and database, and close it at the end.
 */
public final class Daybook implements AutoCloseable {

    private final Database database;
    private final Ledger ledger;
    private final EntityHistory reading;
    private final StateTable states;
    private final UUID id;
    /** What the names of its events in the whole world begin with. */
    private final String ownEvents;

    private final Duration appendTimeout;
    private final long maxValueBytes;
    private final Ids ids;
    private final Runnable wakeSequencer;
    private final Appender appender;
    private final SensitiveAttributes sensitive;
    private final Writer writer;
    private final UnitOfWork nobody;
    private final Notifier notifier;
    private final Doctor doctor;
    private final boolean readOnly;
    private final @Nullable Sequencer sequencer;
    private final @Nullable NodeSignals signals;
    private final Evidence evidence;
    private final @Nullable ScheduledAnchors scheduledAnchors;

    /** What mappings declared sensitive through this object, so that it is not looked up for each repository. */
    private final Set<Declaration> declared = ConcurrentHashMap.newKeySet();

    private record Declaration(String type, Set<String> attributes) {}

    private volatile boolean closed;

    Daybook(
            Database database,
            Clock clock,
            SecureRandom random,
            Duration appendTimeout,
            long maxValueBytes,
            Duration lease,
            Map<String, Value> surroundings,
            boolean readOnly,
            boolean sequencing,
            @Nullable AnchorSchedule anchors) {
        this.database = database;
        this.ledger = new Ledger(database);
        this.reading = new EntityHistory(database);
        this.states = new StateTable(database, reading);
        this.id = ledger.daybookId();
        this.ownEvents = id + "/";
        this.appendTimeout = appendTimeout;
        this.maxValueBytes = maxValueBytes;
        this.ids = new Ids(clock, random);
        this.appender = database.isPostgresql()
                ? new PostgresqlAppender(database, reading, id, ids, clock)
                : new H2Appender(database, reading, id, ids, clock);
        NodeSignals nodeSignals = database.isPostgresql() ? new NodeSignals(database, id) : null;
        this.signals = nodeSignals;
        this.readOnly = readOnly;
        if (!readOnly && !database.isPostgresql()) {
            H2EventIds.goOnBehindTheLast(database);
        }
        this.doctor = new Doctor(database, ledger, clock);
        if (!readOnly) {
            doctor.checkAtOpen();
        }
        this.sequencer = readOnly || !sequencing ? null : new Sequencer(database, this::sequenced);
        this.wakeSequencer = sequencer == null ? () -> {} : sequencer::wake;
        this.writer =
                new Writer(appender, id, ids, appendTimeout, maxValueBytes, wakeSequencer, this::refuseUnlessWritable);
        Context anybody = Context.nobody(Surroundings.known(surroundings));
        this.nobody = new UnitOfWork(writer, anybody);
        this.sensitive = new SensitiveAttributes(database, this::refuseUnlessWritable);
        this.notifier = new Notifier(
                database,
                ledger,
                id,
                nodeSignals,
                lease,
                (connection, registration, operation, actor, reason, about) -> writer.recordOwn(
                        connection,
                        anybody.of(actor, reason),
                        Change.of(new EntityRef(EntityType.DAYBOOK_REGISTRATION, registration), operation)
                                .value(about.isEmpty() ? null : about)),
                event -> reactingTo(event).enter()::close,
                () -> writer.enterInstead(Context.nobody(Surroundings.NONE))::close,
                sensitive);
        this.evidence = new Evidence(database, ledger, clock);
        this.scheduledAnchors = anchors == null ? null : new ScheduledAnchors(evidence, anchors);
        if (sequencer != null) {
            sequencer.prepare();
            sequencer.start();
        }
        if (scheduledAnchors != null) {
            scheduledAnchors.start();
        }
    }

    /**
     * Opens the daybook behind that JDBC URL, in the schema {@code daybook}, which is created if it is missing.
     *
     * @param url H2 ({@code jdbc:h2:file:./data/daybook}) or PostgreSQL ({@code jdbc:postgresql://host/database?user=...})
     * @throws io.daybook.database.DatabaseFailure if the database cannot be reached
     * @throws io.daybook.database.NotDurable if the database would lose acknowledged appends
     * @throws SchemaNotReady if the tables are missing and may not be made, or are of another version
     * @throws io.daybook.doctor.EventIdsBehind if new events would come before old ones
     */
    public static Daybook open(String url) {
        return builder().url(url).open();
    }

    /**
     * Opens the daybook in the application's own database, in the schema {@code daybook}. The data source stays the
     * application's.
     *
     * @throws io.daybook.database.DatabaseFailure if the database cannot be reached
     * @throws io.daybook.database.NotDurable if the database would lose acknowledged appends
     * @throws SchemaNotReady if the tables are missing and may not be made, or are of another version
     * @throws io.daybook.doctor.EventIdsBehind if new events would come before old ones
     */
    public static Daybook open(DataSource dataSource) {
        return builder().dataSource(dataSource).open();
    }

    /** For everything else there is to choose. */
    public static DaybookBuilder builder() {
        return new DaybookBuilder();
    }

    private void sequenced(Optional<Numbered> events) {
        notifier.sequenced(events);
        if (signals != null) {
            signals.tellOthers();
        }
    }

    private void refuseUnlessWritable() {
        if (closed) {
            throw new IllegalStateException("The daybook is closed. Nothing was written; open it again.");
        }
        if (readOnly) {
            throw new IllegalStateException(
                    "The daybook was opened to read only. Nothing was written; open it without readOnly().");
        }
    }

    /** Identity of this daybook; a restored copy of the database has the same. */
    public UUID id() {
        return id;
    }

    /** What this daybook is, and what it stands on. @throws DatabaseFailure if the database cannot be asked */
    public About about() {
        String sql = database.sql("select id, format, created from daybook.daybook");
        OptionalInt migration =
                Migrations.of(database.dataSource(), database.schema()).status().currentVersion();
        return database.call("Reading what this daybook is", c -> {
            try (PreparedStatement query = c.prepareStatement(sql);
                    ResultSet row = query.executeQuery()) {
                row.next();
                DatabaseMetaData facts = c.getMetaData();
                return new About(
                        row.getObject(1, UUID.class),
                        database.schema(),
                        row.getInt(2),
                        row.getObject(3, OffsetDateTime.class).toInstant(),
                        migration,
                        facts.getDatabaseProductName(),
                        facts.getDatabaseProductVersion());
            }
        });
    }

    /** A unit of work by that actor. @throws io.daybook.event.InvalidEvent if the name has more than 200 characters */
    public UnitOfWork as(String actor) {
        return nobody.as(actor);
    }

    /** A unit of work that is only done once, however often it is tried: see {@link UnitOfWork#once}. */
    public UnitOfWork once(String key) {
        return nobody.once(key);
    }

    /** A unit of work about which nothing is told but its changes: where the chain of {@link UnitOfWork} begins. */
    public UnitOfWork unitOfWork() {
        return nobody;
    }

    /**
     * A unit of work in reaction to that event: its position is the cause, and its correlation id is kept on. An event that has none begins a
     * conversation, whose id is {@code <daybook id>/<position>}. While a consumer handles an event, all that is done in its thread is such a
     * reaction already; this is for those who poll, and for consumers of whole batches.
     *
     * @throws io.daybook.event.InvalidEvent if the event has no position yet
     */
    public UnitOfWork reactingTo(Event event) {
        long position = event.position()
                .orElseThrow(() -> new InvalidEvent(
                        "Version %d of %s has no position yet, so nothing can name it as its cause. React to events that were delivered."
                                .formatted(event.version(), event.entity())));
        return nobody.causedBy(position).correlatedWith(event.correlationId().orElseGet(() -> ownEvents + position));
    }

    /**
     * The same task, with the {@link RequestContext} that counts in this thread now, in whatever thread it is run, and however often. Where
     * none counts here, none will there.
     */
    @SuppressWarnings("try")
    public Runnable carry(Runnable task) {
        Context carried = carried();
        return () -> {
            try (RequestContext ignored = writer.enterInstead(carried)) {
                task.run();
            }
        };
    }

    /** The same for a task that has a result: see {@link #carry}. */
    @SuppressWarnings("try")
    public <T> Callable<T> carryCall(Callable<T> task) {
        Context carried = carried();
        return () -> {
            try (RequestContext ignored = writer.enterInstead(carried)) {
                return task.call();
            }
        };
    }

    private Context carried() {
        Context current = writer.requestContext();
        return current == null ? Context.nobody(Surroundings.NONE) : current;
    }

    /** Appends in a transaction of its own: see {@link UnitOfWork#transact}. */
    public <E extends Exception> Receipt transact(Tx.Work<E> work) throws E {
        return nobody.transact(work);
    }

    /** Appends soon, sharing a transaction with others: see {@link UnitOfWork#appendAsync}. */
    public <E extends Exception> CompletableFuture<Receipt> appendAsync(Tx.Work<E> work) throws E {
        return nobody.appendAsync(work);
    }

    /** Appends in the caller's transaction: see {@link UnitOfWork#join(Connection, Tx.Work)}. */
    public <E extends Exception> Receipt join(Connection connection, Tx.Work<E> work) throws E {
        return nobody.join(connection, work);
    }

    /** Appends in the caller's transaction: see {@link UnitOfWork#join(Connection, Tx.Work)}. */
    public <E extends Exception> Receipt join(DSLContext jooq, Tx.Work<E> work) throws E {
        return nobody.join(jooq, work);
    }

    /**
     * What became of a unit of work, after {@link OutcomeUnknown}. If its transaction is still under way, this waits for its end
     * first, at most the append timeout.
     *
     * @return what it appended; empty if it was not committed, and never will be
     * @throws AppendTimeout if its transaction is still under way
     * @throws DatabaseFailure if the database cannot be asked
     */
    public Optional<Receipt> outcome(UUID transactionId) {
        try {
            return database.inTransaction(c -> {
                appender.awaitEnd(c, transactionId, appendTimeout);
                return reading.receipt(c, transactionId);
            });
        } catch (SQLException e) {
            if (SqlStates.isLockTimeout(e)) {
                throw new AppendTimeout("something in unit of work " + transactionId, appendTimeout, false, e);
            }
            throw new DatabaseFailure("Looking for unit of work " + transactionId, e);
        }
    }

    /**
     * Waits until every event of that unit of work has its position.
     *
     * @return the last of their positions; 0 if it has no events
     * @throws io.daybook.notifier.AwaitTimeout if they have none in time
     * @throws InterruptedException if the thread was interrupted
     */
    public long await(Receipt receipt, Duration timeout) throws InterruptedException {
        return notifier.awaitPosition(receipt, timeout);
    }

    /**
     * What that entity is: everything that is committed counts, whether it has a position yet or not. Where {@code entity_states} is kept
     * ({@code EntityStates} in module consumers) only the events after its row are folded, else all of the entity.
     *
     * @return empty if it does not exist: never created, or deleted
     * @throws io.daybook.event.InvalidEvent if type or id are not legal
     */
    public Optional<EntityState> state(String entityType, String entityId) {
        return reading.state(EntityRef.of(entityType, entityId), Moment.NOW);
    }

    /**
     * What that entity went through, oldest first; empty if nothing.
     *
     * @throws io.daybook.event.InvalidEvent if type or id are not legal
     */
    public History history(String entityType, String entityId) {
        return reading.history(EntityRef.of(entityType, entityId), Moment.NOW);
    }

    /**
     * All entities of that type that exist, in the order of their ids; empty if there are none. Everything that is committed counts. It reads
     * the whole history of the type; who asks often asks the table {@code entity_states}.
     *
     * @throws io.daybook.event.InvalidEvent if the type is not legal
     */
    public States states(String entityType) {
        return reading.states(new EntityType(entityType), Moment.NOW);
    }

    /**
     * The entities of that class, a record or a bean, by its annotations and the defaults: see {@link EntityMapping}.
     *
     * @throws io.daybook.repository.InvalidMapping if the class cannot be an entity
     */
    public <T> Repository<T> repository(Class<T> entityClass) {
        return repository(EntityMapping.of(entityClass));
    }

    /**
     * The entities of a class, by that mapping. What it declares sensitive is from now on, for every process: {@link SensitiveAttributes#declare};
     * once for each {@code Daybook} object.
     *
     * @throws io.daybook.repository.InvalidMapping if the mapping contradicts itself or cannot be kept
     */
    public <T> Repository<T> repository(EntityMapping<T> mapping) {
        if (!readOnly && !mapping.sensitiveAttributes().isEmpty()) {
            Declaration wanted = new Declaration(mapping.type(), Set.copyOf(mapping.sensitiveAttributes()));
            if (!declared.contains(wanted)) {
                sensitive.declare(wanted.type(), wanted.attributes().toArray(String[]::new));
                declared.add(wanted);
            }
        }
        return Repository.of(reading, nobody, mapping, () -> sensitive.of(new EntityType(mapping.type())));
    }

    /** As it is now, everything that is committed counts: for differences between what was and what is. */
    public AsOf now() {
        return new AsOf(reading, Moment.NOW);
    }

    /** As it stands in the ledger up to that position. */
    public AsOf asOf(long position) {
        return new AsOf(reading, Moment.NOW.atPosition(position));
    }

    /** As it had been recorded by then (clock of the database): what could be known at that time. */
    public AsOf asOfRecorded(Instant instant) {
        return new AsOf(reading, Moment.NOW.recordedBy(instant));
    }

    /** As it had happened by then (creation dates), by all that is known today. */
    public AsOf asOfOccurred(Instant instant) {
        return new AsOf(reading, Moment.NOW.occurredBy(instant));
    }

    /**
     * What led to the event at that position, and what it led to, within {@link Trace.Limits#DEFAULT}; says where it was cut.
     *
     * @return empty if the ledger has no such position
     * @throws DatabaseFailure if the database cannot be asked
     */
    public Optional<Trace> trace(long position) {
        return trace(position, Trace.Limits.DEFAULT);
    }

    /** The same, within these limits. */
    public Optional<Trace> trace(long position, Trace.Limits limits) {
        return new Tracing(database, ledger).trace(position, limits);
    }

    /**
     * The value that the attribute of that event had before it: in the same life of the entity, as view {@code entity_history} has it. JSON null
     * is a value. Only an UPDATE has one: of a CREATION, a DELETION and an act it is empty, whatever the entity was; use {@link #stateBefore}
     * for those.
     *
     * @return empty if the attribute had none, if its value was erased, or if the event is not of one attribute
     * @throws DatabaseFailure if the database cannot be asked
     */
    public Optional<Value> before(Event event) {
        return reading.before(event);
    }

    /**
     * What the entity of that event was before it. It folds all events of the entity before that one, so that asking for each event of a long
     * history costs the square of its length; who wants all of them walks through {@link #history} once.
     *
     * @return empty if it did not exist: the event is its CREATION, or it was deleted, or never created
     * @throws DatabaseFailure if the database cannot be asked
     */
    public Optional<EntityState> stateBefore(Event event) {
        return reading.stateBefore(event);
    }

    /** Who wants to hear what happens. */
    public Notifier notifier() {
        return notifier;
    }

    /** The last position of the ledger, 0 if it is empty. */
    public long head() {
        return ledger.head().position();
    }

    /** The ledger, for reading. */
    public Ledger ledger() {
        return ledger;
    }

    /**
     * Reads the events of that selection in the order of the ledger, up to the head that it has now, to carry them elsewhere.
     *
     * @throws DatabaseFailure if the database cannot be asked
     */
    public Export export(Selection selection) {
        return new Export(database, ledger, selection);
    }

    /**
     * Takes in what {@link #export} read of all of another daybook: see {@link Importer}. Waits up to a minute for the positions of events that
     * have none yet.
     *
     * @throws ImportRefused if they get none
     * @throws InterruptedException if the thread was interrupted
     */
    public Importer importer() throws InterruptedException {
        refuseUnlessWritable();
        return new Importer(database, ledger, ids, this::await, wakeSequencer, appendTimeout, maxValueBytes);
    }

    /** Makes entities known that were there before Daybook, and says nothing of who did it: see {@link Baseline}. */
    public Baseline baseline() {
        return baseline(nobody);
    }

    /**
     * Makes entities known that were there before Daybook, in units of work as that one: see {@link Baseline}.
     *
     * @param unit with actor, reason and whatever else is to be said
     * @throws IllegalArgumentException if the unit of work has a key: a baseline is many units
     */
    public Baseline baseline(UnitOfWork unit) {
        refuseUnlessWritable();
        return new Baseline(database, unit, maxValueBytes);
    }

    /** The table {@code entity_states}, for who keeps it: {@code EntityStates} in module consumers. */
    public StateTable states() {
        return states;
    }

    /**
     * What a consumer of that name has done elsewhere, for {@code ProcessedEvents} in module consumers.
     *
     * @throws IllegalArgumentException if the name is empty or has more than 200 characters
     */
    public ProcessedTable processed(String consumer) {
        return new ProcessedTable(database, consumer);
    }

    /** The attributes whose values are not shown by commands, logs and errors: to declare more, and to ask which. */
    public SensitiveAttributes sensitive() {
        return sensitive;
    }

    /** Whether this daybook is well, and what to do if it is not. It also looks at one that was opened to read only. */
    public Doctor doctor() {
        return doctor;
    }

    /** Why the sequencer fails at the moment; empty if it does not, or does not run here. */
    public Optional<Exception> sequencerFailure() {
        return Optional.ofNullable(sequencer).map(Sequencer::failure);
    }

    /** Recomputes the hash chain: see {@link #verify(Verification.Progress)}. */
    public Verification verify() {
        return verify((position, head) -> {});
    }

    /**
     * Recomputes the hash chain of the whole history, in bounded memory, and stops at the first position that is not as it was
     * written. Finds changed, removed, inserted and reordered rows of {@code events} and {@code ledger}; a tail that was cut off, or a chain
     * that was computed anew, is only found against anchors. Uses {@link Evidence#threads()} threads, each with a connection.
     *
     * @param progress hears how far it is, in this thread
     */
    public Verification verify(Verification.Progress progress) {
        return evidence.verify(evidence.threads(), progress);
    }

    /**
     * The same, and compares the history with anchors of it, which were kept elsewhere: see {@link Evidence#verify}.
     *
     * @param trust whose anchors are believed
     */
    public AnchoredVerification verify(Collection<Anchor> anchors, AnchorTrust trust) {
        return evidence.verify(anchors, trust, evidence.threads(), (position, head) -> {});
    }

    /** Anchors, and proofs of what happened. */
    public Evidence evidence() {
        return evidence;
    }

    /** Why no anchor can be written at the moment; empty if one can, or {@link DaybookBuilder#anchors} does not want any. */
    public Optional<Exception> anchorFailure() {
        return Optional.ofNullable(scheduledAnchors).flatMap(ScheduledAnchors::failure);
    }

    /** Where the last position of the ledger is, with its hash: keep it elsewhere, and nobody can cut the ledger unnoticed. */
    public LedgerPoint headPoint() {
        return ledger.head();
    }

    /**
     * Stops, in this order: no more appends, and those that wait are done; a last round, so that everything has its place; a last anchor, where they are
     * scheduled; the reader, with all cursors saved; LISTEN; the pool, if it is ours. Every wait is bounded. Twice is the same as once.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        writer.close();
        if (sequencer != null) {
            sequencer.close();
        }
        if (scheduledAnchors != null) {
            scheduledAnchors.close();
        }
        notifier.close();
        if (signals != null) {
            signals.close();
        }
        database.close();
    }
}
