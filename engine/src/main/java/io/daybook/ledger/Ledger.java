package io.daybook.ledger;

import io.daybook.database.Database;
import io.daybook.database.Timestamps;
import io.daybook.event.Topic;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the ledger, in bounded pages. Thread-safe; holds no connection between calls. */
public final class Ledger {

    /** A page ends after so many bytes, so that memory stays bounded whatever the values are. */
    private static final int PAGE_BYTES = 8 << 20;

    /** First rows to fetch at once, before the size of rows is known; each may be as large as the largest value. */
    public static final int FIRST_FETCH = 64;

    private static final int LARGEST_FETCH = largestFetch(Runtime.getRuntime().maxMemory());

    /** H2 has the whole result in the heap before the first row is read, whatever the fetch size: so its pages are small. */
    private static final int LARGEST_H2_PAGE = 100;

    private final Database database;
    private final String headQuery;
    private final String endQuery;
    private final String pointQuery;
    private final String rangeQuery;
    private final String pageQuery;
    private final String idsQuery;
    private final String entriesQuery;
    private final String positionsQuery;
    private final String unsequencedQuery;

    public Ledger(Database database) {
        this.database = database;
        // H2 shows a commit before it is on disk; nobody shall hear of a position that a crash can take back.
        String isFinal = database.isPostgresql() ? "true" : "%s <= (select d.position from daybook.durable_head d)";
        this.headQuery = database.sql("""
                select position, hash
                from daybook.ledger
                where %s
                order by position desc
                limit 1
                """.formatted(isFinal.formatted("position")));
        this.endQuery = database.sql("""
                select position, hash
                from daybook.ledger
                order by position desc
                limit 1
                """);
        this.pointQuery = database.sql("""
                select position, hash
                from daybook.ledger
                where position = ?
                """);
        this.rangeQuery = database.sql("""
                select position, hash
                from daybook.ledger
                where position = ?
                union all
                (select position, hash
                 from daybook.ledger
                 where position <= ?
                   and %s
                 order by position desc
                 limit 1)
                """.formatted(isFinal.formatted("position")));
        this.pageQuery = database.sql("""
                select %s, l.position, l.recorded_at, l.hash
                from daybook.ledger l
                join daybook.events e on e.event_id = l.event_id
                where l.position >= ?
                  and %s
                order by l.position
                limit ?
                """.formatted(EventRow.COLUMNS, isFinal.formatted("l.position")));
        // "+ 0", because PostgreSQL would look for the least of a column in the index of it, from the first event on.
        this.idsQuery = database.sql("""
                select min(event_id + 0), max(event_id + 0)
                from daybook.ledger
                where position > ?
                  and position <= ?
                """);
        this.entriesQuery = database.sql("""
                select %s, l.position, l.recorded_at, l.hash
                from daybook.ledger l
                join daybook.events e on e.event_id = l.event_id
                where l.position = any (?)
                order by l.position
                """.formatted(EventRow.COLUMNS));
        this.positionsQuery = database.sql("""
                select event_id, position
                from daybook.ledger
                where event_id = any (?)
                  and %s
                """.formatted(isFinal.formatted("position")));
        this.unsequencedQuery = database.sql("""
                select count(*)
                from daybook.events e
                where not exists (select 1
                                  from daybook.ledger l
                                  where l.event_id = e.event_id
                                    and %s)
                """.formatted(isFinal.formatted("l.position")));
    }

    /** The last final place of the ledger, {@link LedgerPoint#BEGINNING} if it is empty. */
    public LedgerPoint head() {
        return last(headQuery);
    }

    /** The last row of the ledger, final or not: where a verification ends. */
    public LedgerPoint end() {
        return last(endQuery);
    }

    private LedgerPoint last(String sql) {
        return database.call("Reading the head of the ledger", c -> {
            try (PreparedStatement query = c.prepareStatement(sql);
                    ResultSet row = query.executeQuery()) {
                return row.next() ? point(row) : LedgerPoint.BEGINNING;
            }
        });
    }

    /** That place as the ledger has it; empty if it ends before. Position 0 is always there. */
    public Optional<LedgerPoint> point(long position) {
        if (position == 0) {
            return Optional.of(LedgerPoint.BEGINNING);
        }
        return database.call("Reading position " + position, c -> Optional.ofNullable(pointOrNull(c, position)));
    }

    private @Nullable LedgerPoint pointOrNull(Connection connection, long position) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(pointQuery)) {
            query.setLong(1, position);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? point(row) : null;
            }
        }
    }

    private static LedgerPoint point(ResultSet row) throws SQLException {
        return new LedgerPoint(row.getLong(1), row.getBytes(2));
    }

    /**
     * The events after that place, in order: at most {@code limit} of them, and fewer where they are large. Empty at the end.
     *
     * @param who asks, for the error
     * @throws LedgerDiverged if the ledger does not have that place, with that hash, any more
     */
    public List<LedgerEntry> after(LedgerPoint place, int limit, String who) {
        int rowLimit = rowLimit(limit);
        return database.transaction("Reading the ledger after position " + place.position(), c -> {
            try (PreparedStatement query = c.prepareStatement(pageQuery)) {
                boolean fromBeginning = place.position() == 0;
                // The row at the place itself comes along: it proves that this is still the same history.
                query.setLong(1, fromBeginning ? 1 : place.position());
                query.setInt(2, fromBeginning ? rowLimit : rowLimit + 1);
                query.setFetchSize(FIRST_FETCH);
                try (ResultSet rows = query.executeQuery()) {
                    if (!fromBeginning) {
                        LedgerPoint found = rows.next() ? placeOf(rows) : null;
                        if (!place.equals(found)) {
                            throw new LedgerDiverged(who, place, pointOrNull(c, place.position()));
                        }
                    }
                    return read(rows);
                }
            }
        });
    }

    private int rowLimit(int limit) {
        return database.isPostgresql() ? limit : Math.min(limit, LARGEST_H2_PAGE);
    }

    /** The event at that position; empty if the ledger ends before. */
    public Optional<LedgerEntry> entry(long position) {
        String sql = database.sql("""
                select %s, l.position, l.recorded_at, l.hash
                from daybook.ledger l
                join daybook.events e on e.event_id = l.event_id
                where l.position = ?
                """.formatted(EventRow.COLUMNS));
        return database.call("Reading position " + position, c -> {
            try (PreparedStatement query = c.prepareStatement(sql)) {
                query.setLong(1, position);
                try (ResultSet rows = query.executeQuery()) {
                    return read(rows).stream().findFirst();
                }
            }
        });
    }

    /**
     * What a bounded look at the ledger found.
     *
     * @param entries in order
     * @param lookedUntil nothing else is to be found up to here
     * @param atEnd whether that was the end of the ledger
     */
    public record Page(List<LedgerEntry> entries, LedgerPoint lookedUntil, boolean atEnd) {}

    /**
     * Looks at the {@code range} positions after {@code place} for events that one of the topics hears: finds at most {@code
     * limit} of them, and fewer where they are large. The database does the sifting, so a rare topic costs no transfer, and the
     * place moves on whether something was found or not.
     *
     * @param topics no topic = everything
     * @param who asks, for the error
     * @throws LedgerDiverged if the ledger does not have that place, with that hash, any more
     */
    public Page matching(Collection<Topic> topics, LedgerPoint place, long range, int limit, String who) {
        int rowLimit = rowLimit(limit);
        List<String> binds = new ArrayList<>();
        String sql = database.sql("""
                select %s, l.position, l.recorded_at, l.hash
                from daybook.ledger l
                join daybook.events e on e.event_id = l.event_id
                where l.position > ?
                  and l.position <= ?
                  and %s
                order by l.position
                limit ?
                """.formatted(EventRow.COLUMNS, condition(topics, binds)));
        return database.transaction("Reading the ledger after position " + place.position(), c -> {
            LedgerPoint end = endOfRange(c, place, range, who);
            if (end.position() <= place.position()) {
                return new Page(List.of(), place, true);
            }
            try (PreparedStatement query = c.prepareStatement(sql)) {
                int parameter = 1;
                query.setLong(parameter++, place.position());
                query.setLong(parameter++, end.position());
                for (String bind : binds) {
                    query.setString(parameter++, bind);
                }
                query.setInt(parameter, rowLimit);
                query.setFetchSize(FIRST_FETCH);
                try (ResultSet rows = query.executeQuery()) {
                    List<LedgerEntry> entries = read(rows);
                    boolean cut = entries.size() == rowLimit || rows.next();
                    return cut
                            ? new Page(entries, entries.get(entries.size() - 1).point(), false)
                            : new Page(entries, end, end.position() < place.position() + range);
                }
            }
        });
    }

    /**
     * The same as {@link #matching}, where little is expected to be found, so that the range may be large. On PostgreSQL the statements that
     * look answer with numbers and are read at once, because one that is read through a cursor has no parallel plan; the events themselves
     * are read when their positions are known. What bounds the time of a statement is the range, or twice as much.
     */
    public Page sparse(Collection<Topic> topics, LedgerPoint place, long range, int limit, String who) {
        if (!database.isPostgresql() || topics.isEmpty()) {
            return matching(topics, place, range, limit, who);
        }
        return database.transaction("Reading the ledger after position " + place.position(), c -> {
            LedgerPoint end = endOfRange(c, place, range, who);
            if (end.position() <= place.position()) {
                return new Page(List.of(), place, true);
            }
            boolean atEnd = end.position() < place.position() + range;
            planForValues(c);
            List<Long> positions = positions(c, topics, place.position(), end.position(), atEnd, limit);
            List<LedgerEntry> entries = entries(c, positions);
            boolean cut = positions.size() == limit || entries.size() < positions.size();
            return cut
                    ? new Page(entries, entries.get(entries.size() - 1).point(), false)
                    : new Page(entries, end, atEnd);
        });
    }

    /** Until the end of the transaction: a plan that is kept for all topics and ranges fits neither a rare topic nor a small range. */
    private static void planForValues(Connection connection) throws SQLException {
        try (PreparedStatement set = connection.prepareStatement("set local plan_cache_mode = force_custom_plan")) {
            set.execute();
        }
    }

    /**
     * Where to stop looking: so many positions after that place, or at the end of the ledger.
     *
     * @throws LedgerDiverged if the ledger does not have that place, with that hash, any more
     */
    private LedgerPoint endOfRange(Connection connection, LedgerPoint place, long range, String who)
            throws SQLException {
        LedgerPoint found = place.position() == 0 ? LedgerPoint.BEGINNING : null;
        LedgerPoint end = LedgerPoint.BEGINNING;
        try (PreparedStatement query = connection.prepareStatement(rangeQuery)) {
            query.setLong(1, place.position());
            query.setLong(2, place.position() + range);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    LedgerPoint point = point(rows);
                    found = point.position() == place.position() ? point : found;
                    end = point.position() >= end.position() ? point : end;
                }
            }
        }
        if (!place.equals(found)) {
            throw new LedgerDiverged(who, place, found);
        }
        return end;
    }

    /**
     * The first positions after {@code from} and up to {@code until} whose events a topic hears, in order.
     *
     * @param atEnd whether the ledger ends there
     */
    private List<Long> positions(
            Connection connection, Collection<Topic> topics, long from, long until, boolean atEnd, int limit)
            throws SQLException {
        List<String> binds = new ArrayList<>();
        String condition = condition(topics, binds);
        // Without further notice PostgreSQL looks through all events there are, whatever the range, so it is told the
        // ids of the range. Finding these costs a look at the range; where that is half of the ledger or more, looking
        // at all events is cheaper, and no more than twice the range.
        long[] ids = atEnd && until - from >= from ? new long[0] : idsOf(connection, from, until);
        String sql = database.sql("""
                select l.position
                from daybook.ledger l
                join daybook.events e on e.event_id = l.event_id
                where l.position > ?
                  and l.position <= ?
                  and %s
                  and %s
                order by l.position
                limit ?
                """.formatted(condition, ids.length == 0 ? "true" : "e.event_id between ? and ?"));
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            int parameter = 1;
            query.setLong(parameter++, from);
            query.setLong(parameter++, until);
            for (String bind : binds) {
                query.setString(parameter++, bind);
            }
            for (long id : ids) {
                query.setLong(parameter++, id);
            }
            query.setInt(parameter, limit);
            List<Long> positions = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    positions.add(rows.getLong(1));
                }
            }
            return positions;
        }
    }

    /**
     * Least and greatest id of the events of that range: exact, so nothing is missed however late a transaction committed. There are few
     * others between, because ids are nearly in the order of positions: those that were appended while such a transaction was open.
     */
    private long[] idsOf(Connection connection, long from, long until) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(idsQuery)) {
            query.setLong(1, from);
            query.setLong(2, until);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return new long[] {row.getLong(1), row.getLong(2)};
            }
        }
    }

    private List<LedgerEntry> entries(Connection connection, List<Long> positions) throws SQLException {
        if (positions.isEmpty()) {
            return List.of();
        }
        try (PreparedStatement query = connection.prepareStatement(entriesQuery)) {
            query.setArray(1, connection.createArrayOf("bigint", positions.toArray(Long[]::new)));
            query.setFetchSize(FIRST_FETCH);
            try (ResultSet rows = query.executeQuery()) {
                return read(rows);
            }
        }
    }

    /** {@link Topic#matches} in SQL: an attribute that is given also fits the events that have none. */
    private static String condition(Collection<Topic> topics, List<String> binds) {
        if (topics.isEmpty()) {
            return "true";
        }
        List<String> alternatives = new ArrayList<>();
        for (Topic topic : topics) {
            List<String> parts = new ArrayList<>(List.of("true"));
            topic.entityType().ifPresent(type -> {
                parts.add("e.entity_type = ?");
                binds.add(type.name());
            });
            topic.entityId().ifPresent(id -> {
                parts.add("e.entity_id = ?");
                binds.add(id);
            });
            topic.operation().ifPresent(operation -> {
                parts.add("e.operation = ?");
                binds.add(operation.name());
            });
            topic.attributeName().ifPresent(attribute -> {
                parts.add("(e.attribute_name is null or e.attribute_name = ?)");
                binds.add(attribute);
            });
            alternatives.add(String.join(" and ", parts));
        }
        return "(" + String.join(" or ", alternatives) + ")";
    }

    private static LedgerPoint placeOf(ResultSet row) throws SQLException {
        return new LedgerPoint(row.getLong(EventRow.COLUMN_COUNT + 1), row.getBytes(EventRow.COLUMN_COUNT + 3));
    }

    private static List<LedgerEntry> read(ResultSet rows) throws SQLException {
        List<LedgerEntry> page = new ArrayList<>();
        long bytes = 0;
        while (bytes < PAGE_BYTES && rows.next()) {
            EventRow row = EventRow.read(rows);
            LedgerPoint point = placeOf(rows);
            Instant recordedAt = EventRow.instant(rows, EventRow.COLUMN_COUNT + 2);
            page.add(new LedgerEntry(
                    row.toEvent(OptionalLong.of(point.position()), Optional.of(recordedAt)), point, row.size()));
            bytes += row.size();
            adaptFetchSize(rows, page.size(), bytes);
        }
        return page;
    }

    /** So many that, if all of them are as large as a value may be by default (1 MiB), they take an eighth of the heap; but at least 32. */
    static int largestFetch(long heapBytes) {
        return (int) Math.max(32, Math.min(512, heapBytes >> 23));
    }

    /**
     * As many at once as are small, because round trips cost more than bytes do; and few of the large ones, which have to be in memory
     * all at once. Nobody knows how large the next ones are, so there is a limit, whatever was read.
     *
     * @param rowsRead so many since this last gave true: one more at each call
     * @param bytesRead and how large they were
     * @return whether it looked at them; whoever reads more than a page goes on with 0 and 0
     */
    public static boolean adaptFetchSize(ResultSet rows, int rowsRead, long bytesRead) throws SQLException {
        if (rowsRead != FIRST_FETCH) {
            return false;
        }
        long fit = (PAGE_BYTES / 4) / Math.max(1, bytesRead / rowsRead);
        rows.setFetchSize((int) Math.min(LARGEST_FETCH, Math.max(1, fit)));
        return true;
    }

    /**
     * The last place whose {@code recorded_at} is not after that instant, by bisection: {@code recorded_at} never decreases with
     * the position, so it needs no index.
     */
    public LedgerPoint recordedUntil(Instant instant) {
        OffsetDateTime limit = Timestamps.end(instant).atOffset(ZoneOffset.UTC);
        String sql = database.sql("""
                select recorded_at <= ?
                from daybook.ledger
                where position = ?
                """);
        LedgerPoint head = head();
        long position = database.call("Searching the ledger for " + instant, c -> {
            try (PreparedStatement query = c.prepareStatement(sql)) {
                long recorded = 0;
                long later = head.position() + 1;
                while (later - recorded > 1) {
                    long middle = recorded + (later - recorded) / 2;
                    query.setObject(1, limit);
                    query.setLong(2, middle);
                    try (ResultSet row = query.executeQuery()) {
                        if (row.next() && row.getBoolean(1)) {
                            recorded = middle;
                        } else {
                            later = middle;
                        }
                    }
                }
                return recorded;
            }
        });
        return point(position).orElse(head);
    }

    /**
     * The positions of these events, of those that have one already.
     *
     * @return event id to position
     */
    public Map<Long, Long> positions(Collection<Long> eventIds) {
        return database.call("Reading positions", c -> {
            Map<Long, Long> positions = new HashMap<>();
            try (PreparedStatement query = c.prepareStatement(positionsQuery)) {
                query.setArray(1, c.createArrayOf("bigint", eventIds.toArray(Long[]::new)));
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        positions.put(rows.getLong(1), rows.getLong(2));
                    }
                }
            }
            return positions;
        });
    }

    /** How many committed events have no position yet. Scans: for operators, not for loops. */
    public long unsequenced() {
        return database.call("Counting events without position", c -> {
            try (PreparedStatement query = c.prepareStatement(unsequencedQuery);
                    ResultSet row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        });
    }

    /** Identity of this daybook. */
    public UUID daybookId() {
        String sql = database.sql("select id from daybook.daybook");
        return database.call("Reading the identity of the daybook", c -> {
            try (PreparedStatement query = c.prepareStatement(sql);
                    ResultSet row = query.executeQuery()) {
                row.next();
                return row.getObject(1, UUID.class);
            }
        });
    }
}
