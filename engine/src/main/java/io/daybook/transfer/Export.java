package io.daybook.transfer;

import io.daybook.database.Database;
import io.daybook.event.DaybookException;
import io.daybook.ledger.EventRow;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerDiverged;
import io.daybook.ledger.LedgerPoint;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Reads the events of a selection in the order of the ledger, up to the head that it had when the export began: page by page, in bounded
 * memory, and without a connection between two pages. Events without position are not in the ledger yet, and not in an export.
 *
 * <p>Everything, without any part that selects, ends where no unit of work is cut, so that it can always be imported: the first events of
 * a unit may have their positions while others of it still wait. These are held back, and what lies between them.
 *
 * <p>One use, one thread.
 */
public final class Export {

    private static final int PAGE = 1_000;
    private static final int PAGE_BYTES = 8 << 20;
    private static final int FIRST_FETCH = 64;

    /** H2 has the whole result in the heap before the first row is read. */
    private static final int LARGEST_H2_PAGE = 100;

    /** Most positions to look through at once where little is found: few enough that the database looks at these and not at all events. */
    private static final long WIDEST_RANGE = 10_000;

    private static final int UNITS_REMEMBERED = 10_000;

    /**
     * The positions first, whatever PostgreSQL thinks of the conditions: these are few, what fits the conditions may be most of all events.
     * H2 would make a table of them, and look through all events for it.
     */
    private static final String PLACES_FIRST = """
            with places as materialized (
                select position, event_id, recorded_at, hash
                from daybook.ledger
                where position > ?
                  and position <= ?
            )""";

    private static final String WHO = "This export";

    /** What a page has; nothing else of the selection is to be found up to {@code lookedUntil}. */
    public record Page(List<Exported> events, LedgerPoint lookedUntil, boolean atEnd) {}

    private final Database database;
    private final Ledger ledger;
    private final Selection selection;
    private final List<Selection.Part> parts;
    private final String pageQuery;
    private final String sizesQuery;
    private final String cutQuery;
    private final int rowLimit;
    private final LedgerPoint begin;
    private final long end;
    private final long heldBack;
    private final Map<UUID, Long> unitSizes = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Long> eldest) {
            return size() > UNITS_REMEMBERED;
        }
    };

    private long range = PAGE;

    /** @throws io.daybook.database.DatabaseFailure if the database cannot be asked */
    public Export(Database database, Ledger ledger, Selection selection) {
        this.database = database;
        this.ledger = ledger;
        this.selection = selection;
        this.parts = selection.parts();
        this.rowLimit = database.isPostgresql() ? PAGE : LARGEST_H2_PAGE;
        String conditions = parts.stream().map(part -> "\n  and " + part.sql()).collect(Collectors.joining());
        this.pageQuery = database.sql("""
                %s
                select %s, l.position, l.recorded_at, l.hash
                from %s l
                join daybook.events e on e.event_id = l.event_id
                where l.position > ?
                  and l.position <= ?%s
                order by l.position
                limit ?
                """.formatted(
                        database.isPostgresql() ? PLACES_FIRST : "",
                        EventRow.COLUMNS,
                        database.isPostgresql() ? "places" : "daybook.ledger",
                        conditions));
        this.sizesQuery = database.sql("""
                select transaction_id, count(*)
                from daybook.events
                where transaction_id = any (?)
                group by transaction_id
                """);
        this.cutQuery = database.sql("""
                with beyond as (
                    select distinct e.transaction_id
                    from daybook.events e
                    left join daybook.ledger l on l.event_id = e.event_id
                    where l.position is null
                       or l.position > ?
                )
                select min(l.position)
                from beyond b
                join daybook.events e on e.transaction_id = b.transaction_id
                join daybook.ledger l on l.event_id = e.event_id
                where l.position <= ?
                """);
        LedgerPoint head = ledger.head();
        long last = Math.min(head.position(), lastOf(selection, head.position()));
        this.end = selection.equals(Selection.EVERYTHING) ? lastWholeUnit(last) : last;
        this.heldBack = last - end;
        this.begin =
                ledger.point(Math.min(firstOf(selection) - 1, head.position())).orElse(head);
    }

    /** Holding one unit back may cut another that lies between its events, so it looks until none is cut. */
    private long lastWholeUnit(long last) {
        long whole = last;
        long firstCut = firstOfCutUnits(whole);
        while (firstCut > 0) {
            whole = firstCut - 1;
            firstCut = firstOfCutUnits(whole);
        }
        return whole;
    }

    /** The first event of the units of work that have some up to that position and some behind it, or without one; 0 if there are none. */
    private long firstOfCutUnits(long position) {
        if (position == 0) {
            return 0;
        }
        return database.call("Looking for units of work that position " + position + " cuts", c -> {
            try (PreparedStatement query = c.prepareStatement(cutQuery)) {
                query.setLong(1, position);
                query.setLong(2, position);
                try (ResultSet row = query.executeQuery()) {
                    row.next();
                    return row.getLong(1);
                }
            }
        });
    }

    private long firstOf(Selection wanted) {
        long byPosition = Math.max(1, wanted.fromPosition().orElse(1));
        long byTime = wanted.recordedFrom().map(from -> lastBefore(from) + 1).orElse(1L);
        return Math.max(byPosition, byTime);
    }

    private long lastOf(Selection wanted, long head) {
        long byTime = wanted.recordedTo().map(this::lastBefore).orElse(head);
        return Math.min(wanted.toPosition().orElse(head), byTime);
    }

    private long lastBefore(Instant instant) {
        return ledger.recordedUntil(instant.minusNanos(1_000)).position();
    }

    /** The place after which it begins. */
    public LedgerPoint begin() {
        return begin;
    }

    /** The last position that it looks at; before the beginning if there is nothing to look at. */
    public long end() {
        return end;
    }

    /** How many events have their positions and are held back, as their units of work are not whole yet. */
    public long heldBack() {
        return heldBack;
    }

    /**
     * The next events after that place.
     *
     * @throws LedgerDiverged if the ledger does not have that place, with that hash, any more
     * @throws io.daybook.database.DatabaseFailure if the database cannot be asked
     */
    public Page after(LedgerPoint place) {
        LedgerPoint found = ledger.point(place.position()).orElse(null);
        if (!place.equals(found)) {
            throw new LedgerDiverged(WHO, place, found);
        }
        if (place.position() >= end) {
            return new Page(List.of(), place, true);
        }
        long until = Math.min(end, place.position() + (selection.looksAtEvents() ? range : rowLimit));
        Page page = database.transaction(
                "Reading the ledger after position " + place.position(), c -> page(c, place, until));
        boolean cut = page.lookedUntil().position() < until;
        range = cut ? Math.max(PAGE, range / 2) : Math.min(WIDEST_RANGE, range * 2);
        return page;
    }

    private Page page(Connection connection, LedgerPoint place, long until) throws SQLException {
        List<EventRow> rows = new ArrayList<>();
        List<LedgerPoint> points = new ArrayList<>();
        List<Instant> recorded = new ArrayList<>();
        boolean cut = false;
        try (PreparedStatement query = connection.prepareStatement(pageQuery)) {
            int p = 1;
            for (int times = database.isPostgresql() ? 2 : 1; times > 0; times--) {
                query.setLong(p++, place.position());
                query.setLong(p++, until);
            }
            for (Selection.Part part : parts) {
                bind(connection, query, p++, part.parameter());
            }
            query.setInt(p, rowLimit);
            query.setFetchSize(FIRST_FETCH);
            try (ResultSet found = query.executeQuery()) {
                long bytes = 0;
                while (bytes < PAGE_BYTES && found.next()) {
                    EventRow row = EventRow.read(found);
                    rows.add(row);
                    points.add(new LedgerPoint(
                            found.getLong(EventRow.COLUMN_COUNT + 1), found.getBytes(EventRow.COLUMN_COUNT + 3)));
                    recorded.add(EventRow.instant(found, EventRow.COLUMN_COUNT + 2));
                    bytes += row.size();
                    Ledger.adaptFetchSize(found, rows.size(), bytes);
                }
                cut = rows.size() == rowLimit || bytes >= PAGE_BYTES;
            }
        }
        rememberSizes(connection, rows);
        List<Exported> events = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            EventRow row = rows.get(i);
            LedgerPoint point = points.get(i);
            long size = unitSizes.getOrDefault(row.transactionId(), 1L);
            events.add(new Exported(EventCopy.of(row, point.position(), size), row.eventId(), recorded.get(i), point));
        }
        LedgerPoint lookedUntil = cut ? points.get(points.size() - 1) : point(connection, until);
        return new Page(events, lookedUntil, lookedUntil.position() >= end);
    }

    private LedgerPoint point(Connection connection, long position) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement(database.sql("select hash from daybook.ledger where position = ?"))) {
            query.setLong(1, position);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new HoleInLedger(position);
                }
                return new LedgerPoint(position, row.getBytes(1));
            }
        }
    }

    /** A position before the head is not there. */
    private static final class HoleInLedger extends DaybookException {
        private static final long serialVersionUID = 1L;

        HoleInLedger(long position) {
            super("Position %d of the ledger is missing. Nothing more was exported; run daybook verify."
                    .formatted(position));
        }
    }

    private static void bind(Connection connection, PreparedStatement query, int place, Object parameter)
            throws SQLException {
        if (parameter instanceof Instant instant) {
            query.setObject(place, instant.atOffset(ZoneOffset.UTC));
        } else if (parameter instanceof UUID[] uuids) {
            query.setArray(place, connection.createArrayOf("uuid", uuids));
        } else {
            query.setArray(place, connection.createArrayOf("varchar", (Object[]) parameter));
        }
    }

    /** A unit of work is committed as a whole, so the number of its events never changes. */
    private void rememberSizes(Connection connection, List<EventRow> rows) throws SQLException {
        Set<UUID> unknown = new HashSet<>();
        for (EventRow row : rows) {
            if (unitSizes.get(row.transactionId()) == null) {
                unknown.add(row.transactionId());
            }
        }
        if (unknown.isEmpty()) {
            return;
        }
        try (PreparedStatement query = connection.prepareStatement(sizesQuery)) {
            query.setArray(1, connection.createArrayOf("uuid", unknown.toArray(UUID[]::new)));
            try (ResultSet sizes = query.executeQuery()) {
                while (sizes.next()) {
                    unitSizes.put(sizes.getObject(1, UUID.class), sizes.getLong(2));
                }
            }
        }
    }
}
