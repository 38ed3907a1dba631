package io.daybook;

import io.daybook.database.Database;
import io.daybook.database.DatabaseFailure;
import io.daybook.database.SqlStates;
import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.ledger.Ledger;
import io.daybook.transfer.EventCopy;
import io.daybook.transfer.Export;
import io.daybook.transfer.Exported;
import io.daybook.transfer.Selection;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes whole events in, as another daybook had them: from position 1 on and without a hole, into a daybook that has no others. Their
 * positions, versions, values, units of work and everything else that they say come out equal; event ids, salts, hashes and recorded
 * times are this daybook's own.
 *
 * <pre>{@code
 * try (Importer importer = daybook.importer()) {
 *   for (EventCopy event : events) {
 *     importer.append(event);
 *   }
 *   importer.finish();
 * }
 * }</pre>
 *
 * <p>A unit of work is committed as a whole; units that lie between each other are committed together, and many small ones too. What the
 * ledger has already is compared and passed over: after a crash the same events are handed in again, from the first on. Nobody else may
 * append in the meantime: then positions would not be equal, and the import ends with {@link ImportRefused}.
 *
 * <p>Belongs to one thread. After an error it can only be closed.
 */
public final class Importer implements AutoCloseable {

    private static final int PAGE = 1_000;
    private static final long PAGE_CHARACTERS = 4 << 20;
    private static final Duration POSITION_WITHIN = Duration.ofMinutes(10);
    private static final Duration OTHERS_NUMBERED_WITHIN = Duration.ofMinutes(1);
    private static final int ENTITIES_REMEMBERED = 50_000;
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    /**
     * What an import did.
     *
     * @param appended events that were appended now
     * @param known events that were there already
     */
    public record Result(long appended, long known) {}

    /** Waits for the position of what was appended. */
    interface Positions {
        long await(Receipt receipt, Duration timeout) throws InterruptedException;
    }

    private final Database database;
    private final Ledger ledger;
    private final CopyRows rows;
    private final Newest newest;
    private final Positions positions;
    private final Runnable appended;
    private final Duration appendTimeout;
    private final long maxValueBytes;

    private final long head;
    private final Deque<Exported> known = new ArrayDeque<>();
    private final Map<UUID, Long> openUnits = new HashMap<>();
    private final List<EventCopy> page = new ArrayList<>();

    /** Nobody else writes, so where an entity stands after a page is where the next one finds it. */
    private final Map<EntityRef, Newest.Found> standing = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EntityRef, Newest.Found> eldest) {
            return size() > ENTITIES_REMEMBERED;
        }
    };

    private @Nullable Export knownEvents;
    private @Nullable Exported lastCompared;
    private long pageCharacters;
    private long next = 1;
    private long lastEventId;
    private @Nullable EventCopy lastInserted;
    private @Nullable Connection transaction;
    private boolean connectionHadAutoCommit;
    private boolean over;

    Importer(
            Database database,
            Ledger ledger,
            Ids ids,
            Positions positions,
            Runnable appended,
            Duration appendTimeout,
            long maxValueBytes)
            throws InterruptedException {
        this.database = database;
        this.ledger = ledger;
        this.rows = new CopyRows(database, ids);
        this.newest = new Newest(database);
        this.positions = positions;
        this.appended = appended;
        this.appendTimeout = appendTimeout;
        this.maxValueBytes = maxValueBytes;
        awaitNumbered();
        this.head = ledger.head().position();
        this.lastEventId = database.call("Reading the last event id", rows::lastEventId);
    }

    /** A process that was killed may have left events that are committed and have no position yet. */
    private void awaitNumbered() throws InterruptedException {
        long deadline = System.nanoTime() + OTHERS_NUMBERED_WITHIN.toNanos();
        while (ledger.unsequenced() > 0) {
            if (System.nanoTime() > deadline) {
                throw new ImportRefused(
                        1,
                        "Events of this daybook wait for their positions. Nothing was written; daybook doctor says why they wait.");
            }
            appended.run();
            Thread.sleep(50);
        }
    }

    /** The last position that the daybook had when this began: events up to there are compared, those after it appended. */
    public long known() {
        return head;
    }

    /**
     * Takes the next event in. It is committed some time later, at the latest by {@link #finish}.
     *
     * @throws ImportRefused if it is not the next one of the ledger or of its entity, or is another one than the ledger has there
     * @throws InvalidEvent if no daybook can have such an event
     * @throws ValueTooLarge if its value or metadata are larger than this daybook keeps
     * @throws AppendTimeout if another transaction holds what it needs
     * @throws DatabaseFailure if the database cannot
     * @throws IllegalStateException after an error, or after {@link #finish}
     */
    public void append(EventCopy event) {
        refuseIfOver();
        over = true;
        checkPlace(event);
        check(event);
        countUnit(event);
        if (event.position() <= head) {
            compare(event);
        } else {
            page.add(event);
            pageCharacters += characters(event);
        }
        next++;
        boolean full = page.size() >= PAGE || pageCharacters >= PAGE_CHARACTERS;
        boolean unitsEnd = openUnits.isEmpty();
        if (full || (unitsEnd && transaction != null)) {
            write();
            if (unitsEnd) {
                commit();
            }
        }
        over = false;
    }

    /**
     * Commits what is left, and waits until all of it has its position.
     *
     * @return what was done
     * @throws ImportRefused if a unit of work is not whole, or somebody else appended too
     * @throws io.daybook.notifier.AwaitTimeout if the events get no position within ten minutes
     * @throws InterruptedException if the thread was interrupted; what was committed stays
     */
    public Result finish() throws InterruptedException {
        refuseIfOver();
        over = true;
        if (!openUnits.isEmpty()) {
            Map.Entry<UUID, Long> unit = openUnits.entrySet().iterator().next();
            throw new ImportRefused(
                    next - 1,
                    "Position %d is the last one, and unit of work %s lacks %d more events: the end is missing. What is whole before it stays; hand in the whole export."
                            .formatted(next - 1, unit.getKey(), unit.getValue()));
        }
        if (next <= head) {
            throw new ImportRefused(
                    next - 1,
                    "Position %d is the last one, and this daybook has %d: they are not of this import. Nothing was written; import into a daybook without events."
                            .formatted(next - 1, head));
        }
        if (!page.isEmpty()) {
            write();
        }
        commit();
        EventCopy last = lastInserted;
        if (last != null) {
            Receipt receipt = new Receipt(
                    last.transactionId(),
                    List.of(new Receipt.Appended(lastEventId, last.entity(), last.version())),
                    false);
            long position = positions.await(receipt, POSITION_WITHIN);
            if (position != last.position()) {
                throw disturbed(last.position());
            }
        }
        return new Result(Math.max(0, next - 1 - head), Math.min(head, next - 1));
    }

    private void refuseIfOver() {
        if (over) {
            throw new IllegalStateException("This import is over. Begin a new one; what is there is passed over.");
        }
    }

    private void checkPlace(EventCopy event) {
        if (event.position() < next) {
            throw new ImportRefused(
                    event.position(),
                    "Position %d comes after position %d: events are out of order, or come twice."
                            .formatted(event.position(), next - 1));
        }
        if (event.position() > next) {
            throw new ImportRefused(
                    event.position(),
                    "Position %d comes after position %d: what is between is missing. Only the export of everything, from position 1 on, can come back."
                            .formatted(event.position(), next - 1));
        }
    }

    /** The rules that every append keeps. */
    private void check(EventCopy event) {
        Change change = Change.of(event.entity(), event.operation()).occurredAt(event.creationDate());
        if (event.attributeName().isPresent()) {
            change = change.attribute(event.attributeName().get());
        }
        if (event.attributeValue().isPresent()) {
            change = change.value(event.attributeValue().get());
        }
        if (!event.creationDate().equals(event.creationDate().truncatedTo(ChronoUnit.MICROS))) {
            throw new InvalidEvent("The creation date %s is finer than microseconds.".formatted(event.creationDate()));
        }
        Unit.checkSize(change, "value", event.attributeValue(), maxValueBytes);
        Unit.checkSize(change, "metadata", event.metadata(), maxValueBytes);
        if (event.metadata().isPresent() && !event.metadata().get().isObject()) {
            throw new InvalidEvent("The metadata of %s are no JSON object.".formatted(change));
        }
        if (event.context().isPresent() && !event.context().get().isObject()) {
            throw new InvalidEvent("The context of %s is no JSON object.".formatted(change));
        }
        if (!event.isWholeOrErased()) {
            throw new InvalidEvent(
                    "%s is neither whole nor erased. An event that was erased has both digests, and neither value nor metadata."
                            .formatted(change));
        }
        checkDigest(event.valueDigest().orElse(null));
        checkDigest(event.metadataDigest().orElse(null));
        Context.check("actor", event.actor().orElse(null), Context.LONGEST_NAME);
        Context.check("reason", event.reason().orElse(null), Context.LONGEST_REASON);
        Context.check("correlation id", event.correlationId().orElse(null), Context.LONGEST_NAME);
        if (event.causationPosition().orElse(1) < 1) {
            throw new InvalidEvent("The causing event has position %d, but positions begin at 1."
                    .formatted(event.causationPosition().getAsLong()));
        }
    }

    private static void checkDigest(@Nullable String digest) {
        if (digest != null && !DIGEST.matcher(digest).matches()) {
            throw new InvalidEvent("A digest is 64 hex digits in lower case, found \"%s\"."
                    .formatted(digest.length() <= 70 ? digest : digest.substring(0, 70)));
        }
    }

    private void countUnit(EventCopy event) {
        UUID unit = event.transactionId();
        long before = openUnits.getOrDefault(unit, event.transactionEvents());
        if (before < 1) {
            throw new InvalidEvent("Unit of work %s has %d events, which is less than the one at position %d."
                    .formatted(unit, event.transactionEvents(), event.position()));
        }
        if (before == 1) {
            openUnits.remove(unit);
        } else {
            openUnits.put(unit, before - 1);
        }
    }

    private static long characters(EventCopy event) {
        return 200L
                + event.attributeValue().map(v -> v.json().length()).orElse(0)
                + event.metadata().map(v -> v.json().length()).orElse(0)
                + event.context().map(v -> v.json().length()).orElse(0);
    }

    private void compare(EventCopy event) {
        if (known.isEmpty()) {
            Export export = knownEvents == null ? new Export(database, ledger, Selection.EVERYTHING) : knownEvents;
            Exported last = lastCompared;
            known.addAll(
                    export.after(last == null ? export.begin() : last.point()).events());
            knownEvents = export;
        }
        Exported there = known.pollFirst();
        lastCompared = there;
        if (there == null || !there.event().equals(event)) {
            throw new ImportRefused(
                    event.position(),
                    "Position %d of this daybook is another event than %s version %d at position %d of the export. Nothing was written; import into a daybook without events, such as a --schema of its own."
                            .formatted(event.position(), event.entity(), event.version(), event.position()));
        }
    }

    private void write() {
        try {
            Connection connection = begin();
            lookUp(connection);
            checkEntities();
            lastEventId = rows.insert(connection, page);
            lastInserted = page.get(page.size() - 1);
            page.clear();
            pageCharacters = 0;
        } catch (SQLException e) {
            if (SqlStates.isLockTimeout(e)) {
                throw new AppendTimeout(page.get(0).entity() + " or others", appendTimeout, false, e);
            }
            if (SqlStates.isDuplicateKey(e)) {
                throw disturbed(page.get(0).position());
            }
            throw new DatabaseFailure("Importing from position " + page.get(0).position(), e);
        }
    }

    private void lookUp(Connection connection) throws SQLException {
        Set<EntityRef> unknown = new LinkedHashSet<>();
        for (EventCopy event : page) {
            if (standing.get(event.entity()) == null) {
                unknown.add(event.entity());
            }
        }
        if (!unknown.isEmpty()) {
            Map<EntityRef, Newest.Found> found = newest.of(connection, unknown);
            unknown.forEach(entity -> standing.put(entity, found.getOrDefault(entity, Newest.NO_EVENTS)));
        }
    }

    private Connection begin() throws SQLException {
        if (transaction != null) {
            return transaction;
        }
        Connection connection = database.dataSource().getConnection();
        transaction = connection;
        connectionHadAutoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        if (database.isPostgresql()) {
            try (PreparedStatement set = connection.prepareStatement("select set_config('lock_timeout', ?, true)")) {
                set.setString(1, appendTimeout.toMillis() + "ms");
                set.execute();
            }
        }
        if (rows.lastEventId(connection) != lastEventId) {
            throw disturbed(page.get(0).position());
        }
        return connection;
    }

    private static ImportRefused disturbed(long position) {
        return new ImportRefused(
                position,
                "Somebody else appended to this daybook, so position %d and those after it would not be what they were. What was imported before stays; import again into a daybook that nobody else writes to, from the first event on."
                        .formatted(position));
    }

    private void checkEntities() {
        for (EventCopy event : page) {
            EntityRef entity = event.entity();
            Newest.Found before = standing.getOrDefault(entity, Newest.NO_EVENTS);
            if (event.version() != before.version() + 1) {
                throw new ImportRefused(
                        event.position(),
                        "Version %d of %s comes after version %d; it would have to be %d."
                                .formatted(event.version(), entity, before.version(), before.version() + 1));
            }
            boolean creation = event.operation().equals(Operation.CREATION);
            boolean alive = before.life() == Unit.Life.ALIVE;
            if (event.operation().changesState() && creation == alive) {
                throw new ImportRefused(
                        event.position(),
                        "%s of %s at version %d: the entity is %s then."
                                .formatted(
                                        event.operation(),
                                        entity,
                                        event.version(),
                                        alive ? "there already" : "not there"));
            }
            standing.put(entity, new Newest.Found(event.version(), Newest.after(event.operation(), before.life())));
        }
    }

    private void commit() {
        Connection connection = transaction;
        if (connection == null) {
            return;
        }
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new DatabaseFailure("Committing imported events up to position " + (next - 1), e);
        }
        release(connection, null);
        appended.run();
    }

    private void release(Connection connection, @Nullable Throwable because) {
        transaction = null;
        try {
            if (!connection.isClosed()) {
                connection.setAutoCommit(connectionHadAutoCommit);
                connection.close();
            }
        } catch (SQLException e) {
            if (because == null) {
                throw new DatabaseFailure("Giving the connection of an import back", e);
            }
            because.addSuppressed(e);
        }
    }

    /** Rolls back what is not committed. Twice is the same as once. */
    @Override
    public void close() {
        over = true;
        Connection connection = transaction;
        if (connection != null) {
            RuntimeException because = new IllegalStateException("The import was closed before its end.");
            Database.rollBack(connection, because);
            release(Objects.requireNonNull(connection), because);
        }
    }
}
