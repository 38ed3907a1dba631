package io.daybook.testkit.torture;

import io.daybook.Daybook;
import io.daybook.ledger.Verification;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares what writers were told and consumers heard with what the database has, read by plain SQL with nothing of the engine in
 * between but for the hash chain.
 */
final class Checker {

    /** An event as the database has it; position 0 = it has none. */
    private record Row(
            long eventId, long position, String type, String entity, long version, String operation, String unit) {
        @Override
        public String toString() {
            return "event %d, version %d of %s, position %d, of unit %s"
                    .formatted(eventId, version, entity, position, unit);
        }
    }

    private record Effect(String node, long at) {}

    private record Fold(long version, long fold) {}

    private static final String TORN =
            "On H2 a kill -9 may leave a transaction that nobody was told of in the file by half, which Daybook cannot help "
                    + "(docs/guarantees.md, promise 1). Nodes were killed in this run: look for that first, and repeat it on PostgreSQL.";

    private final Evidence evidence;
    private final List<Row> rows = new ArrayList<>();
    private final Map<Long, Row> byPosition = new TreeMap<>();
    private final Map<String, List<Row>> byUnit = new HashMap<>();
    private final Map<String, Map<Long, List<Effect>>> effects = new HashMap<>();
    private final Map<String, Map<String, Fold>> folds = new HashMap<>();
    private final Set<String> own = new HashSet<>();
    private final Map<String, Map<Long, List<Evidence.Got>>> got = new HashMap<>();
    private final List<Verdict.Promise> promises = new ArrayList<>();
    private boolean mayBeTorn;

    Checker(Evidence evidence) {
        this.evidence = evidence;
    }

    /** Counts what was looked at and what was wrong; the first violation tells its story. */
    private final class Check {
        private final String name;
        private long checked;
        private long violated;
        private final List<String> story = new ArrayList<>();

        Check(String name) {
            this.name = name;
        }

        /** @return whether this was the first violation, whose story is wanted */
        boolean holds(boolean so) {
            checked++;
            if (!so) {
                violated++;
            }
            return !so && violated == 1;
        }

        void tell(String... lines) {
            story.addAll(List.of(lines));
        }

        void tell(List<String> lines) {
            story.addAll(lines);
        }

        void end() {
            if (violated > 0 && mayBeTorn) {
                tell(TORN);
            }
            promises.add(new Verdict.Promise(name, checked, violated, List.copyOf(story)));
        }
    }

    List<Verdict.Promise> check(Arena arena) throws SQLException {
        try (Connection connection = arena.connect()) {
            read(connection);
        }
        mayBeTorn = !arena.isPostgresql()
                && evidence.done().stream().anyMatch(fault -> fault.what().startsWith("killed node"));
        for (Evidence.Got one : evidence.gots()) {
            got.computeIfAbsent(one.registration(), r -> new HashMap<>())
                    .computeIfAbsent(one.position(), p -> new ArrayList<>())
                    .add(one);
        }
        acknowledgedIsThere();
        refusedIsNot();
        allOrNothing();
        ledgerIsWhole();
        heardIsFinal();
        everythingIsDelivered();
        inOrder();
        exactlyOnce();
        ephemeralHasNoHole();
        cursorsNeverGoBack();
        chainVerifies(arena);
        nothingUnexplained();
        return List.copyOf(promises);
    }

    private void read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery("""
                    select e.event_id, l.position, e.entity_type, e.entity_id, e.version, e.operation, e.correlation_id
                    from daybook.events e
                    left join daybook.ledger l on l.event_id = e.event_id
                    order by l.position, e.event_id
                    """)) {
                while (row.next()) {
                    Row event = new Row(
                            row.getLong(1),
                            row.getLong(2),
                            row.getString(3),
                            row.getString(4),
                            row.getLong(5),
                            row.getString(6),
                            String.valueOf(row.getString(7)));
                    rows.add(event);
                    if (event.position() > 0) {
                        byPosition.put(event.position(), event);
                    }
                    if (event.type().equals(Schedule.ENTITY_TYPE)) {
                        byUnit.computeIfAbsent(event.unit(), u -> new ArrayList<>())
                                .add(event);
                    }
                }
            }
            try (ResultSet row =
                    statement.executeQuery("select registration, position, node, at from torture.effects")) {
                while (row.next()) {
                    effects.computeIfAbsent(row.getString(1), r -> new TreeMap<>())
                            .computeIfAbsent(row.getLong(2), p -> new ArrayList<>())
                            .add(new Effect(row.getString(3), row.getLong(4)));
                }
            }
            try (ResultSet row =
                    statement.executeQuery("select registration, entity, version, fold from torture.folds")) {
                while (row.next()) {
                    folds.computeIfAbsent(row.getString(1), r -> new HashMap<>())
                            .put(row.getString(2), new Fold(row.getLong(3), row.getLong(4)));
                }
            }
            try (ResultSet row = statement.executeQuery("select unit from torture.own")) {
                while (row.next()) {
                    own.add(row.getString(1));
                }
            }
        }
    }

    private void acknowledgedIsThere() {
        Check check = new Check("what was acknowledged is committed, as it was told");
        if (evidence.units().values().stream().noneMatch(unit -> unit.told == Evidence.Told.COMMITTED)) {
            evidence.found("nothing was ever acknowledged, so nothing is proved");
        }
        for (Evidence.Unit unit : evidence.units().values()) {
            if (unit.told == Evidence.Told.COMMITTED) {
                List<Row> found = byUnit.getOrDefault(unit.name, List.of());
                Set<String> ids = new HashSet<>();
                found.forEach(row -> ids.add("%s:%d:%d".formatted(row.entity(), row.version(), row.eventId())));
                if (check.holds(found.size() == unit.size && ids.containsAll(unit.events))) {
                    check.tell(story(unit));
                    check.tell("told: " + unit.events, "found: " + ids);
                }
            }
        }
        check.end();
    }

    private void refusedIsNot() {
        Check check = new Check("what was refused or rolled back wrote nothing");
        for (Evidence.Unit unit : evidence.units().values()) {
            if (unit.told == Evidence.Told.REFUSED
                    && check.holds(!byUnit.containsKey(unit.name) && !own.contains(unit.name))) {
                check.tell(story(unit));
            }
        }
        check.end();
    }

    private void allOrNothing() {
        Check check = new Check("every unit is there as a whole or not at all, with its caller's rows");
        for (Evidence.Unit unit : evidence.units().values()) {
            int found = byUnit.getOrDefault(unit.name, List.of()).size();
            boolean whole = found == 0 || found == unit.size;
            if (check.holds(whole && own.contains(unit.name) == (unit.joined && found > 0))) {
                check.tell(story(unit));
                check.tell("%d of %d events are there, its caller's row is %s"
                        .formatted(found, unit.size, own.contains(unit.name) ? "there" : "not there"));
            }
        }
        check.end();
    }

    private void ledgerIsWhole() {
        Check check = new Check("committed = ledger: every event has one position, without gaps");
        Map<String, Evidence.Unit> units = evidence.units();
        long expected = 1;
        for (Row row : rows) {
            boolean placed = row.position() > 0;
            if (placed && row.position() != expected && check.holds(false)) {
                check.tell("position %d is missing or doubled, found %s".formatted(expected, row));
            }
            expected = placed ? row.position() + 1 : expected;
            boolean known = !row.type().equals(Schedule.ENTITY_TYPE) || units.containsKey(row.unit());
            if (check.holds(placed && known)) {
                check.tell(story(row));
            }
        }
        check.end();
    }

    private void heardIsFinal() {
        Check check = new Check("positions are final: what consumers heard is in the ledger as they heard it");
        for (Map<Long, List<Evidence.Got>> heard : got.values()) {
            for (List<Evidence.Got> times : heard.values()) {
                for (Evidence.Got one : times) {
                    Row row = byPosition.get(one.position());
                    boolean same = row != null && row.entity().equals(one.entity()) && row.version() == one.version();
                    if (check.holds(same)) {
                        check.tell("registration %s heard of version %d of %s at position %d, on node %s at %s"
                                .formatted(
                                        one.registration(),
                                        one.version(),
                                        one.entity(),
                                        one.position(),
                                        one.node(),
                                        evidence.time(one.at())));
                        check.tell(story(one.position()));
                    }
                }
            }
        }
        check.end();
    }

    private List<Row> matching(String registration) {
        boolean sparse = registration.equals(Schedule.ONE_IN_HUNDREDS) || registration.equals(Schedule.SLOW_PROJECTION);
        return byPosition.values().stream()
                .filter(row -> row.type().equals(Schedule.ENTITY_TYPE))
                .filter(row -> !sparse || Schedule.isRare(row.operation()))
                .toList();
    }

    private void everythingIsDelivered() {
        Check check = new Check("every registration received every matching event");
        for (String registration : List.of(Schedule.DIVIDED, Schedule.PARKING, Schedule.ONE_IN_HUNDREDS)) {
            Map<Long, List<Evidence.Got>> heard = got.getOrDefault(registration, Map.of());
            for (Row row : matching(registration)) {
                if (check.holds(heard.containsKey(row.position()))) {
                    check.tell("registration %s never had position %d".formatted(registration, row.position()));
                    check.tell(story(row));
                    check.tell(cursorsAround(registration, row.position()));
                }
            }
        }
        for (String registration : List.of(Schedule.PROJECTION, Schedule.SLOW_PROJECTION)) {
            Map<Long, List<Effect>> had = effects.getOrDefault(registration, Map.of());
            for (Row row : matching(registration)) {
                if (check.holds(had.containsKey(row.position()))) {
                    check.tell("projection %s never had position %d".formatted(registration, row.position()));
                    check.tell(story(row));
                    check.tell(cursorsAround(registration, row.position()));
                }
            }
        }
        check.end();
    }

    private void inOrder() {
        Check check = new Check("events of an entity come in the order of their versions");
        Map<String, Long> versions = new HashMap<>();
        for (Row row : byPosition.values()) {
            long next = versions.merge(row.type() + " " + row.entity(), 1L, Long::sum);
            if (check.holds(row.version() == next)) {
                check.tell("version %d of %s was expected in the ledger".formatted(next, row.entity()));
                check.tell(story(row));
            }
        }
        for (String registration : List.of(Schedule.DIVIDED, Schedule.PARKING, Schedule.ONE_IN_HUNDREDS)) {
            List<Evidence.Got> first = new ArrayList<>();
            got.getOrDefault(registration, Map.of())
                    .values()
                    .forEach(all -> first.add(all.stream()
                            .min(Comparator.comparingLong(Evidence.Got::at))
                            .orElseThrow()));
            first.sort(Comparator.comparingLong(Evidence.Got::at));
            Map<String, Evidence.Got> last = new HashMap<>();
            for (Evidence.Got one : first) {
                Evidence.Got before = last.put(one.entity(), one);
                if (check.holds(before == null || before.version() < one.version()) && before != null) {
                    check.tell("registration %s had version %d of %s (node %s, %s) after version %d (node %s, %s)"
                            .formatted(
                                    registration,
                                    one.version(),
                                    one.entity(),
                                    one.node(),
                                    evidence.time(one.at()),
                                    before.version(),
                                    before.node(),
                                    evidence.time(before.at())));
                    check.tell(story(one.position()));
                }
            }
        }
        check.end();
    }

    private void exactlyOnce() {
        Check check = new Check("exactly once in effect: projections equal the fold of the ledger");
        for (String registration : List.of(Schedule.PROJECTION, Schedule.SLOW_PROJECTION)) {
            Map<Long, List<Effect>> had = effects.getOrDefault(registration, Map.of());
            Set<Long> matching = new HashSet<>();
            Map<String, Fold> expected = new HashMap<>();
            for (Row row : matching(registration)) {
                matching.add(row.position());
                expected.merge(
                        row.entity(),
                        new Fold(row.version(), Schedule.fold(0, row.version())),
                        (a, b) -> new Fold(b.version(), Schedule.fold(a.fold(), b.version())));
            }
            had.forEach((position, times) -> {
                if (check.holds(times.size() == 1 && matching.contains(position))) {
                    check.tell(
                            "projection %s had position %d %d times".formatted(registration, position, times.size()));
                    times.forEach(effect ->
                            check.tell("  on node %s at %s".formatted(effect.node(), evidence.time(effect.at()))));
                    check.tell(story(position));
                    check.tell(cursorsAround(registration, position));
                }
            });
            Map<String, Fold> found = folds.getOrDefault(registration, Map.of());
            Set<String> entities = new TreeSet<>(expected.keySet());
            entities.addAll(found.keySet());
            for (String entity : entities) {
                @Nullable Fold there = found.get(entity);
                @Nullable Fold right = expected.get(entity);
                if (check.holds(right != null && right.equals(there))) {
                    check.tell("projection %s says %s of %s, the fold of the ledger is %s"
                            .formatted(registration, there, entity, right));
                    check.tell(foldStory(registration, entity, there));
                }
            }
        }
        check.end();
    }

    private void ephemeralHasNoHole() {
        Check check = new Check("an ephemeral registration has every event while it lasts, in order");
        Map<String, List<Evidence.Got>> byNode = new HashMap<>();
        for (Evidence.Got one : evidence.gots()) {
            if (one.registration().equals(Schedule.EPHEMERAL)) {
                byNode.computeIfAbsent(one.node(), n -> new ArrayList<>()).add(one);
            }
        }
        List<Long> matching =
                matching(Schedule.EPHEMERAL).stream().map(Row::position).toList();
        Map<Long, Integer> places = new HashMap<>();
        matching.forEach(position -> places.put(position, places.size()));
        byNode.forEach((node, heard) -> {
            int at = places.getOrDefault(heard.get(0).position(), -1);
            for (Evidence.Got one : heard) {
                long expected = at >= 0 && at < matching.size() ? matching.get(at) : 0;
                if (check.holds(one.position() == expected)) {
                    check.tell(
                            "node %s had position %d where %d was expected".formatted(node, one.position(), expected));
                    check.tell(story(expected));
                }
                at = places.getOrDefault(one.position(), -1) + 1;
            }
        });
        check.end();
    }

    private void cursorsNeverGoBack() {
        Check check = new Check("cursors and epochs never went back");
        Map<String, Evidence.Cursor> last = new HashMap<>();
        for (Evidence.Cursor cursor : evidence.cursors()) {
            Evidence.Cursor before = last.put(cursor.registration() + " " + cursor.partition(), cursor);
            if (check.holds(before == null
                            || (before.position() <= cursor.position() && before.epoch() <= cursor.epoch()))
                    && before != null) {
                check.tell("partition %d of %s was at position %d (epoch %d) at %s and at %d (epoch %d) at %s"
                        .formatted(
                                cursor.partition(),
                                cursor.registration(),
                                before.position(),
                                before.epoch(),
                                evidence.time(before.at()),
                                cursor.position(),
                                cursor.epoch(),
                                evidence.time(cursor.at())));
            }
        }
        check.end();
    }

    private void chainVerifies(Arena arena) {
        Check check = new Check("the hash chain verifies");
        try (Daybook daybook = arena.openToRead()) {
            Verification found = daybook.verify();
            check.checked += found.verified();
            if (check.holds(found.isClean())) {
                check.tell(String.valueOf(found.problem()));
            }
        }
        check.end();
    }

    private void nothingUnexplained() {
        Check check = new Check("no error that a fault does not explain");
        check.checked += evidence.units().size();
        for (String finding : evidence.findings()) {
            if (check.holds(false)) {
                check.tell(finding);
            }
        }
        check.end();
    }

    // --- stories -----------------------------------------------------------------------------------------------------

    private List<String> story(Evidence.Unit unit) {
        List<String> lines = new ArrayList<>();
        lines.add("unit %s (%s, %d events): tried by node %s at %s%s"
                .formatted(
                        unit.name,
                        unit.joined ? "joined" : "own transaction",
                        unit.size,
                        unit.node,
                        evidence.time(unit.tried),
                        unit.story));
        byUnit.getOrDefault(unit.name, List.of()).stream().limit(3).forEach(row -> lines.add("  " + row));
        return lines;
    }

    private List<String> story(long position) {
        Row row = byPosition.get(position);
        return row == null ? List.of("position %d is not in the ledger".formatted(position)) : story(row);
    }

    private List<String> story(Row row) {
        List<String> lines = new ArrayList<>();
        lines.add(row.toString());
        Evidence.Unit unit = evidence.units().get(row.unit());
        if (unit != null) {
            lines.addAll(story(unit));
        }
        got.forEach((registration, heard) -> heard.getOrDefault(row.position(), List.of())
                .forEach(one -> lines.add("  registration %s had it on node %s at %s"
                        .formatted(registration, one.node(), evidence.time(one.at())))));
        return lines;
    }

    /** Which versions of that entity were had when, on which node, and which of them make that fold if they are had twice or not at all. */
    private List<String> foldStory(String registration, String entity, @Nullable Fold there) {
        List<Row> versions = matching(registration).stream()
                .filter(row -> row.entity().equals(entity))
                .toList();
        List<String> lines = new ArrayList<>();
        Map<Long, List<Effect>> had = effects.getOrDefault(registration, Map.of());
        for (Row row : versions) {
            had.getOrDefault(row.position(), List.of())
                    .forEach(effect -> lines.add("  version %d (position %d) on node %s at %s"
                            .formatted(row.version(), row.position(), effect.node(), evidence.time(effect.at()))));
        }
        if (there != null) {
            FoldStory.of(versions.stream().map(Row::version).toList(), there.fold())
                    .ifPresent(found -> {
                        lines.add(0, "that is what comes out when " + found);
                        lines.addAll(cursorsAround(
                                registration, versions.get(found.from()).position()));
                    });
        }
        return lines;
    }

    /** When cursors passed that position, and what was done to nodes and database around that time. */
    private List<String> cursorsAround(String registration, long position) {
        List<String> lines = new ArrayList<>();
        Map<Integer, Evidence.Cursor> before = new HashMap<>();
        long from = Long.MAX_VALUE;
        long to = 0;
        for (Evidence.Cursor cursor : evidence.cursors()) {
            if (cursor.registration().equals(registration)) {
                Evidence.Cursor last = before.put(cursor.partition(), cursor);
                if (last != null && last.position() < position && cursor.position() >= position) {
                    lines.add(
                            "  the cursor of partition %d passed it between %s (position %d, epoch %d) and %s (position %d, epoch %d)"
                                    .formatted(
                                            cursor.partition(),
                                            evidence.time(last.at()),
                                            last.position(),
                                            last.epoch(),
                                            evidence.time(cursor.at()),
                                            cursor.position(),
                                            cursor.epoch()));
                    from = Math.min(from, last.at() - 6_000_000_000L);
                    to = Math.max(to, cursor.at() + 4_000_000_000L);
                }
            }
        }
        for (Evidence.Done fault : evidence.done()) {
            if (fault.at() >= from && fault.at() <= to) {
                lines.add("  %s: %s".formatted(evidence.time(fault.at()), fault.what()));
            }
        }
        return lines;
    }
}
