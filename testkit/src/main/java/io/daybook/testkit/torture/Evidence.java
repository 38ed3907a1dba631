package io.daybook.testkit.torture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What nodes said, in order of arrival, and what was done to them. Thread-safe. */
final class Evidence {

    /** What a writer was told of a unit of work. */
    enum Told {
        /** Nothing: it was killed, or the connection broke during the commit. */
        NOTHING,
        /** That it is committed. */
        COMMITTED,
        /** That nothing was written. */
        REFUSED
    }

    /** One unit of work, as its writer knows it. */
    static final class Unit {
        final String name;
        final String node;
        final int size;
        final boolean joined;
        final long tried;
        Told told = Told.NOTHING;
        /** entity:version:event id, where it was acknowledged with its receipt. */
        List<String> events = List.of();

        final StringBuilder story = new StringBuilder();

        Unit(String name, String node, int size, boolean joined, long tried) {
            this.name = name;
            this.node = node;
            this.size = size;
            this.joined = joined;
            this.tried = tried;
        }
    }

    /** An event that a consumer had processed. */
    record Got(long at, String node, String registration, long position, String entity, long version) {}

    /** What a cursor was at some time. */
    record Cursor(long at, String registration, int partition, long epoch, long position) {}

    /** How much there is at the end. */
    record Status(
            long at, long unsequenced, long events, long rare, long parked, long projected, long slowlyProjected) {}

    /** A fault, as it was done. */
    record Done(long at, String what) {}

    final long began = System.nanoTime();
    private final Map<String, Unit> units = new LinkedHashMap<>();
    private final List<Got> gots = new ArrayList<>();
    private final Map<String, Set<Long>> heard = new HashMap<>();
    private final List<Cursor> cursors = new ArrayList<>();
    private final List<Done> done = new ArrayList<>();
    private final List<String> findings = new ArrayList<>();
    private final Map<String, Integer> refusals = new HashMap<>();
    private @Nullable Status status;
    private int committed;
    private int unknown;
    private int refused;

    synchronized void hear(String node, String line) {
        String[] word = line.split(" ");
        long at = word.length > 1 ? Long.parseLong(word[1]) : 0;
        switch (word[0]) {
            case "try" ->
                units.put(word[2], new Unit(word[2], node, Integer.parseInt(word[3]), word[4].equals("joined"), at));
            case "ack" -> {
                Unit unit = unit(word[2]);
                unit.told = Told.COMMITTED;
                unit.events = List.of(word).subList(3, word.length);
                unit.story.append("; acknowledged at ").append(time(at));
                committed++;
            }
            case "refused" -> {
                Unit unit = unit(word[2]);
                unit.told = Told.REFUSED;
                unit.story.append("; refused at ").append(time(at)).append(": ").append(word[5]);
                refused++;
                refusals.merge(word[3] + " " + word[4], 1, Integer::sum);
                if (!isExplained(word[3], word[4])) {
                    findings.add("%s: unit %s was refused with %s (SQLSTATE %s): %s"
                            .formatted(node, unit.name, word[3], word[4], word[5].replace('_', ' ')));
                }
            }
            case "unknown" -> {
                unit(word[2]).story.append("; unknown at ").append(time(at));
                unknown++;
            }
            case "resolved" -> {
                Unit unit = unit(word[2]);
                unit.told = word[3].equals("yes") ? Told.COMMITTED : Told.REFUSED;
                unit.story
                        .append("; asked at ")
                        .append(time(at))
                        .append(", the answer was ")
                        .append(word[3]);
            }
            case "got" -> {
                gots.add(new Got(at, node, word[2], Long.parseLong(word[3]), word[4], Long.parseLong(word[5])));
                heard.computeIfAbsent(word[2], r -> new TreeSet<>()).add(Long.valueOf(word[3]));
            }
            case "cursor" ->
                cursors.add(new Cursor(
                        at, word[2], Integer.parseInt(word[3]), Long.parseLong(word[4]), Long.parseLong(word[5])));
            case "status" ->
                status = new Status(
                        at,
                        Long.parseLong(word[2]),
                        Long.parseLong(word[3]),
                        Long.parseLong(word[4]),
                        Long.parseLong(word[5]),
                        Long.parseLong(word[6]),
                        Long.parseLong(word[7]));
            default -> {
                // ready, quiet, ended: for whoever waits.
            }
        }
    }

    private Unit unit(String name) {
        Unit unit = units.get(name);
        if (unit == null) {
            throw new IllegalStateException("Nobody tried unit " + name);
        }
        return unit;
    }

    /** Whether a fault, or another writer, makes that error: not constraints, not syntax, not what nobody thought of. */
    private static boolean isExplained(String error, String sqlState) {
        return switch (error) {
            case "AppendTimeout", "Deadlock", "StaleSnapshot", "Injected" -> true;
            default ->
                sqlState.startsWith("08")
                        || sqlState.startsWith("57")
                        || sqlState.startsWith("25P")
                        || sqlState.startsWith("40")
                        || sqlState.startsWith("55")
                        || sqlState.startsWith("53")
                        // H2: a deadlock, a lock that was not to be had, a database that closes.
                        || sqlState.equals("HYT00")
                        || sqlState.equals("-")
                        || sqlState.equals("null");
        };
    }

    synchronized void done(String what) {
        done.add(new Done(System.nanoTime(), what));
    }

    /** How many times that was done. */
    synchronized long times(String what) {
        return done.stream().filter(fault -> fault.what().equals(what)).count();
    }

    synchronized void found(String finding) {
        findings.add(finding);
    }

    /** Seconds since the beginning. */
    String time(long at) {
        return "%.3f s".formatted((at - began) / 1e9);
    }

    synchronized Map<String, Unit> units() {
        return new LinkedHashMap<>(units);
    }

    synchronized List<Got> gots() {
        return List.copyOf(gots);
    }

    synchronized List<Cursor> cursors() {
        return List.copyOf(cursors);
    }

    synchronized List<Done> done() {
        return List.copyOf(done);
    }

    synchronized List<String> findings() {
        return List.copyOf(findings);
    }

    synchronized @Nullable Status status() {
        return status;
    }

    /** How many different events a durable registration had. */
    synchronized long heard(String registration) {
        return heard.getOrDefault(registration, Set.of()).size();
    }

    /** One line of progress. */
    synchronized String progress() {
        return "%d units of work acknowledged, %d refused or rolled back, %d unknown; %d deliveries; %d faults"
                .formatted(committed, refused, unknown, gots.size(), done.size());
    }

    synchronized String refusals() {
        return refusals.toString();
    }
}
