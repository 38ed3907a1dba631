package io.daybook.history;

import io.daybook.database.Database;
import io.daybook.event.Event;
import io.daybook.ledger.EventRow;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerEntry;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Follows events to what caused them and to what they caused: level by level, in bounded pages, holding no connection in between. A cause is
 * what somebody said, so there may be circles. Thread-safe.
 */
public final class Tracing {

    private static final int PAGE = 500;

    /** Causes per page. */
    private static final int CAUSES = 500;

    private final Database database;
    private final Ledger ledger;
    private final String consequences;

    public Tracing(Database database, Ledger ledger) {
        this.database = database;
        this.ledger = ledger;
        // Cause by cause, so that a page of a very wide tree costs no more than its rows. On H2, where a round trip
        // costs
        // nothing, in a statement each: with = any (array) it answered rows twice.
        this.consequences = database.sql((database.isPostgresql() ? """
                select %s, l.position, l.recorded_at
                from unnest(?) as c (cause)
                cross join lateral (select *
                                    from daybook.events e
                                    where e.causation_position = c.cause
                                      and e.event_id > case c.cause when ? then ? else 0 end
                                    order by e.event_id
                                    limit ?) e
                left join daybook.ledger l on l.event_id = e.event_id
                order by e.causation_position, e.event_id
                limit ?
                """ : """
                select %s, l.position, l.recorded_at
                from daybook.events e
                left join daybook.ledger l on l.event_id = e.event_id
                where e.causation_position = ?
                  and e.event_id > ?
                order by e.causation_position, e.event_id
                limit ?
                """).formatted(EventRow.COLUMNS));
    }

    /**
     * What led to the event at that position, and what it led to.
     *
     * @return empty if there is no such position
     * @throws io.daybook.database.DatabaseFailure if the database cannot be asked
     */
    public Optional<Trace> trace(long position, Trace.Limits limits) {
        return ledger.entry(position).map(LedgerEntry::event).map(event -> {
            List<Event> causes = new ArrayList<>();
            Trace.Origin origin = causes(event, causes, limits.depth());
            return new Trace(causes, origin, consequences(event, limits));
        });
    }

    private Trace.Origin causes(Event event, List<Event> causes, int depth) {
        Set<Long> seen = new HashSet<>();
        Event first = event;
        while (true) {
            seen.add(first.position().orElseThrow());
            if (first.causationPosition().isEmpty()) {
                return Trace.Origin.FOUND;
            }
            long cause = first.causationPosition().getAsLong();
            if (seen.contains(cause)) {
                return Trace.Origin.CIRCLE;
            }
            if (causes.size() == depth) {
                return Trace.Origin.LIMIT;
            }
            Optional<LedgerEntry> entry = ledger.entry(cause);
            if (entry.isEmpty()) {
                return Trace.Origin.MISSING;
            }
            first = entry.get().event();
            causes.add(0, first);
        }
    }

    /** A node while the tree grows. */
    private static final class Growing {
        final Event event;
        final boolean seenBefore;
        private final List<Trace.Node> consequences = new ArrayList<>();
        private final @Nullable Growing cause;
        boolean cut;

        Growing(Event event, boolean seenBefore, @Nullable Growing cause) {
            this.event = event;
            this.seenBefore = seenBefore;
            this.cause = cause;
        }

        /** When all that it led to is: hands itself to its cause. */
        Trace.Node freeze() {
            // The last one came first.
            Collections.reverse(consequences);
            Trace.Node node = new Trace.Node(event, consequences, seenBefore, cut);
            if (cause != null) {
                cause.consequences.add(node);
            }
            return node;
        }
    }

    private Trace.Node consequences(Event event, Trace.Limits limits) {
        Growing root = new Growing(event, false, null);
        Set<Long> seen = new HashSet<>(Set.of(event.eventId()));
        List<Growing> all = new ArrayList<>(List.of(root));
        Map<Long, Growing> level = byPosition(List.of(root));
        int remaining = limits.events();
        for (int depth = 0; !level.isEmpty(); depth++) {
            boolean looksOnly = depth == limits.depth() || remaining == 0;
            List<Growing> next = new ArrayList<>();
            remaining -= grow(level, looksOnly ? 0 : remaining, seen, next);
            all.addAll(next);
            level = looksOnly ? Map.of() : byPosition(next);
        }
        return frozen(all);
    }

    /** Those that can have led to something, in the order of their positions, which is that of the pages. */
    private static Map<Long, Growing> byPosition(List<Growing> nodes) {
        Map<Long, Growing> level = new LinkedHashMap<>();
        nodes.stream()
                .filter(node -> !node.seenBefore && node.event.position().isPresent())
                .sorted((a, b) -> Long.compare(
                        a.event.position().orElseThrow(), b.event.position().orElseThrow()))
                .forEach(node -> level.put(node.event.position().orElseThrow(), node));
        return level;
    }

    /**
     * Hangs on these nodes what they led to, at most so much; where there is more, the nodes are cut.
     *
     * @param next gets what was hung on
     * @return how much that is
     */
    private int grow(Map<Long, Growing> level, int most, Set<Long> seen, List<Growing> next) {
        List<Long> causes = List.copyOf(level.keySet());
        for (int from = 0; from < causes.size(); from += CAUSES) {
            List<Long> some = causes.subList(from, Math.min(causes.size(), from + CAUSES));
            Event last = null;
            while (true) {
                int wanted = Math.min(PAGE, most - next.size() + 1);
                List<Event> page = page(some, last, wanted);
                for (Event consequence : page) {
                    long cause = consequence.causationPosition().orElseThrow();
                    Growing node = level.get(cause);
                    if (node == null) {
                        continue;
                    }
                    if (next.size() == most) {
                        // In the order of the causes: whoever comes later was not looked at.
                        level.forEach((position, later) -> later.cut |= position >= cause);
                        return most;
                    }
                    next.add(new Growing(consequence, !seen.add(consequence.eventId()), node));
                }
                if (page.size() < wanted) {
                    break;
                }
                last = page.get(page.size() - 1);
                long reached = last.causationPosition().orElseThrow();
                some = some.stream().filter(cause -> cause >= reached).toList();
            }
        }
        return next.size();
    }

    /** What these led to, by cause and event id, after that event. */
    private List<Event> page(List<Long> causes, @Nullable Event after, int limit) {
        long cause = after == null ? 0 : after.causationPosition().orElseThrow();
        long eventId = after == null ? 0 : after.eventId();
        return database.call("Reading what positions led to", c -> {
            try (PreparedStatement query = c.prepareStatement(consequences)) {
                List<Event> page = new ArrayList<>();
                if (database.isPostgresql()) {
                    query.setArray(1, c.createArrayOf("bigint", causes.toArray(Long[]::new)));
                    query.setLong(2, cause);
                    query.setLong(3, eventId);
                    query.setInt(4, limit);
                    query.setInt(5, limit);
                    read(query, page);
                    return page;
                }
                for (long each : causes) {
                    query.setLong(1, each);
                    query.setLong(2, each == cause ? eventId : 0);
                    query.setInt(3, limit - page.size());
                    read(query, page);
                    if (page.size() == limit) {
                        break;
                    }
                }
                return page;
            }
        });
    }

    private static void read(PreparedStatement query, List<Event> page) throws SQLException {
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                page.add(EventPages.event(rows));
            }
        }
    }

    /** From the leaves up, not by recursion: a chain may be longer than a stack is deep. */
    private static Trace.Node frozen(List<Growing> all) {
        Trace.Node frozen = null;
        for (int i = all.size() - 1; i >= 0; i--) {
            frozen = all.get(i).freeze();
        }
        return Objects.requireNonNull(frozen);
    }
}
