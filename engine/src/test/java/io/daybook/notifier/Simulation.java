package io.daybook.notifier;

import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One schedule, drawn from a seed: nodes, consumers and operators that act on a simulated store, in one thread and on a clock that
 * moves only when this moves it. Wherever a node waits for the store, others act first, and the node may be killed, be frozen for
 * longer than its lease, or never hear the answer. Then everything becomes healthy, and has to settle. The same seed is the same
 * schedule.
 *
 * <p>What happens at an await point is a whole action of somebody else (which has await points of its own), so of two actions that
 * overlap, one always ends within the other.
 */
final class Simulation {

    static final Duration LEASE = Duration.ofSeconds(10);

    private static final int DEEPEST = 4;
    private static final int MOST_EVENTS = 60;
    private static final int ROUNDS_TO_SETTLE = 40;

    private static final List<EntityRef> ENTITIES = List.of(
            EntityRef.of("order", "a"),
            EntityRef.of("order", "b"),
            EntityRef.of("order", "c"),
            EntityRef.of("invoice", "d"),
            EntityRef.of("invoice", "e"));
    private static final List<SimulatedStore.Kind> KINDS = List.of(SimulatedStore.Kind.values());
    private static final Map<Integer, Map<EntityRef, Integer>> DIVISIONS = new ConcurrentHashMap<>();
    private static final LedgerPoint[] POINTS = new LedgerPoint[MOST_EVENTS + 1];

    static {
        POINTS[0] = LedgerPoint.BEGINNING;
        for (int i = 1; i <= MOST_EVENTS; i++) {
            POINTS[i] = new LedgerPoint(i, new byte[] {(byte) i, 0, 0, 0});
        }
    }

    /** A promise that was not kept. */
    static final class Broken extends AssertionError {
        private static final long serialVersionUID = 1L;

        Broken(String message) {
            super(message);
        }
    }

    private final long seed;
    private final int mostSteps;
    private final @Nullable List<String> story;
    private final SplittableRandom random;
    private final SimulatedStore store;
    private final Map<EntityRef, Long> versions = new HashMap<>();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private int processes;
    private int depth;
    private boolean settling;
    private int settlingRound;
    /** Of a hundred calls, so many. */
    private final int failing;

    private final int killed;
    private final int interrupted;

    /** Nanoseconds on the clock of the store. */
    long now = 1_000_000_000_000L;

    final List<LedgerEntry> ledger = new ArrayList<>();
    int steps;

    private Simulation(long seed, int mostSteps, SimulatedStore.Flaw flaw, @Nullable List<String> story) {
        this.seed = seed;
        this.mostSteps = mostSteps;
        this.story = story;
        this.random = new SplittableRandom(seed);
        this.store = new SimulatedStore(this, flaw);
        this.failing = draw(3) == 0 ? 0 : draw(8);
        this.killed = draw(2) == 0 ? 0 : 1 + draw(2);
        this.interrupted = 5 + draw(40);
    }

    /**
     * Plays the schedule of that seed.
     *
     * @return of how many steps it was
     * @throws Broken if a promise was not kept, with the story of the shortest beginning of the schedule that shows it
     */
    static int run(long seed, SimulatedStore.Flaw flaw) {
        Simulation simulation = new Simulation(seed, Integer.MAX_VALUE, flaw, null);
        try {
            simulation.play();
            return simulation.steps;
        } catch (RuntimeException | AssertionError e) {
            throw shortest(seed, flaw, simulation.steps, e);
        }
    }

    private static Broken shortest(long seed, SimulatedStore.Flaw flaw, int steps, Throwable first) {
        for (int most = 0; most <= steps; most++) {
            List<String> story = new ArrayList<>();
            try {
                new Simulation(seed, most, flaw, story).play();
            } catch (RuntimeException | AssertionError e) {
                Broken broken = new Broken("Seed %d, after %d steps: %s%n  %s"
                        .formatted(seed, most, e.getMessage(), String.join(System.lineSeparator() + "  ", story)));
                broken.initCause(e);
                return broken;
            }
        }
        Broken broken = new Broken("Seed %d failed, and did not fail again: %s".formatted(seed, first.getMessage()));
        broken.initCause(first);
        return broken;
    }

    private void play() {
        store.add("r", any(KINDS), 1 + draw(4), flip() ? ENTITIES.get(0) : null);
        if (flip()) {
            store.add("s", any(KINDS), 1 + draw(3), null);
        }
        for (SimulatedStore.Stored s : store.registrations.values()) {
            tell(() -> "registration %s: %s, %d partitions".formatted(s.name, s.kind, s.cursors.size()));
        }
        for (int i = 1 + draw(3); i > 0; i--) {
            SimulatedNode node = join();
            for (SimulatedNode.Hearing hearing : node.hearings.values()) {
                if (draw(4) > 0) {
                    node.doing(hearing::compete);
                }
            }
        }
        int wanted = Math.min(20 + draw(41), mostSteps);
        while (steps < wanted) {
            steps++;
            act();
        }
        settle();
    }

    // --- chance
    // ----------------------------------------------------------------------------------------------------------

    int draw(int bound) {
        return random.nextInt(bound);
    }

    boolean flip() {
        return random.nextBoolean();
    }

    boolean fails() {
        return !settling && failing > 0 && draw(100) < failing;
    }

    void tell(Supplier<String> what) {
        if (story != null && !(settling && settlingRound > 2)) {
            story.add("%s%7.3f s  %s".formatted("  ".repeat(depth), (now - 1_000_000_000_000L) / 1e9, what.get()));
        }
    }

    void check(boolean kept, Supplier<String> otherwise) {
        if (!kept) {
            throw new Broken(otherwise.get());
        }
    }

    /** A node waits for the store: others act, time passes, and it may be its end. */
    void await(SimulatedNode node) {
        if (settling) {
            return;
        }
        int chance = draw(100);
        if (chance < killed) {
            tell(() -> "%s is killed".formatted(node));
            kill(node);
        } else if (chance < killed + interrupted && depth < DEEPEST) {
            depth++;
            boolean freezes = draw(12) == 0;
            if (freezes) {
                freeze(node);
            }
            for (int i = 1 + draw(freezes ? 6 : 2); i > 0 && !node.dead; i--) {
                act();
            }
            if (freezes) {
                pass(flip() ? LEASE.toNanos() : LEASE.toNanos() / 2);
                node.thaw();
            }
            depth--;
        }
        node.checkAlive();
        node.thaw();
    }

    private void pass(long nanos) {
        now += nanos;
    }

    private void freeze(SimulatedNode node) {
        boolean clockToo = draw(4) == 0;
        tell(() -> "%s freezes%s".formatted(node, clockToo ? ", with its clock" : ""));
        node.freeze(clockToo);
    }

    private void kill(SimulatedNode node) {
        node.dead = true;
        nodes.remove(node);
    }

    private SimulatedNode join() {
        SimulatedNode node = new SimulatedNode(this, store, "n" + ++processes, random.nextLong());
        nodes.add(node);
        tell(() -> "%s joins".formatted(node));
        return node;
    }

    // --- the ledger
    // --------------------------------------------------------------------------------------------------------

    private void append() {
        if (ledger.size() < MOST_EVENTS) {
            EntityRef entity = ENTITIES.get(draw(ENTITIES.size()));
            int position = ledger.size() + 1;
            long version = versions.merge(entity, 1L, Long::sum);
            Event event = new Event(
                    position,
                    OptionalLong.of(position),
                    entity,
                    version,
                    Operation.UPDATE,
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(),
                    Instant.EPOCH,
                    Optional.of(Instant.EPOCH),
                    new UUID(0, 0),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalLong.empty(),
                    Map.of());
            ledger.add(new LedgerEntry(event, POINTS[position], 100));
            tell(() -> "position %d is version %d of %s".formatted(position, version, entity.id()));
        }
    }

    List<LedgerEntry> after(long position, int most) {
        int from = (int) position;
        return List.copyOf(ledger.subList(from, Math.min(ledger.size(), from + most)));
    }

    LedgerPoint point(long position) {
        return POINTS[(int) position];
    }

    int partitionOf(EntityRef entity, int partitions) {
        return DIVISIONS
                .computeIfAbsent(partitions, p -> {
                    Map<EntityRef, Integer> division = new HashMap<>();
                    ENTITIES.forEach(e -> division.put(e, Partitions.of(e, p)));
                    return division;
                })
                .get(entity);
    }

    // --- what happens
    // ------------------------------------------------------------------------------------------------------

    private void act() {
        pass(draw(300) * 1_000_000L);
        int chance = draw(100);
        if (chance < 14) {
            append();
        } else if (chance < 84) {
            if (!nodes.isEmpty()) {
                act(nodes.get(draw(nodes.size())));
            }
        } else if (chance < 91) {
            operate();
        } else if (chance < 94) {
            pass(LEASE.toNanos() / (1 + draw(6)));
        } else if (chance < 96) {
            if (nodes.size() < 4) {
                join();
            }
        } else if (chance < 97) {
            if (!nodes.isEmpty()) {
                SimulatedNode node = nodes.get(draw(nodes.size()));
                tell(() -> "%s is killed".formatted(node));
                kill(node);
            }
        } else if (chance < 98) {
            if (!nodes.isEmpty()) {
                SimulatedNode node = nodes.get(draw(nodes.size()));
                if (!node.isFrozen()) {
                    tell(() -> "%s closes".formatted(node));
                    node.doing(node::close);
                    if (node.dead) {
                        nodes.remove(node);
                    }
                }
            }
        } else if (!nodes.isEmpty()) {
            SimulatedNode node = nodes.get(draw(nodes.size()));
            if (!node.isFrozen()) {
                freeze(node);
            }
        }
    }

    private void act(SimulatedNode node) {
        if (node.isFrozen()) {
            if (draw(5) == 0) {
                node.thaw();
            }
            return;
        }
        SimulatedNode.Hearing hearing = any(List.copyOf(node.hearings.values()));
        int chance = draw(100);
        if (chance < 22) {
            tell(() -> "%s: step".formatted(node));
            node.doing(node::step);
        } else if (chance < 30) {
            node.doing(() -> node.save(node.hearings.values(), flip()));
        } else if (chance < 40) {
            node.doing(() -> node.readPage(1 + draw(4)));
        } else if (chance < 55) {
            node.doing(() -> hearing.readAhead(1 + draw(4)));
        } else if (chance < 75) {
            node.doing(() -> hearing.take(1 + draw(3)));
        } else if (chance < 97) {
            node.doing(() -> hearing.consume(false));
        } else {
            tell(() -> "%s: the consumer of %s ends".formatted(node, hearing.id()));
            node.doing(hearing::withdraw);
        }
    }

    private <T> T any(List<T> list) {
        return list.get(draw(list.size()));
    }

    private void operate() {
        SimulatedStore.Stored s = any(List.copyOf(store.registrations.values()));
        switch (draw(12)) {
            case 0 -> {
                tell(() -> "operator: pause " + s.name);
                s.paused = true;
            }
            case 1, 2 -> {
                tell(() -> "operator: resume " + s.name);
                s.paused = false;
            }
            case 3 -> {
                LedgerPoint point = POINTS[draw(ledger.size() + 1)];
                tell(() -> "operator: move %s to %d".formatted(s.name, point.position()));
                store.moveTo(s, point);
            }
            case 4, 5, 6 -> {
                EntityRef entity = flip() ? null : any(ENTITIES);
                tell(() -> "operator: retry what is parked for %s of %s".formatted(s.name, entity));
                store.retry(s, entity);
            }
            case 7 -> {
                if (!s.parked.isEmpty()) {
                    long position = any(List.copyOf(s.parked.keySet()));
                    tell(() -> "operator: discard position %d of %s".formatted(position, s.name));
                    store.discard(s, position);
                }
            }
            case 8 -> {
                tell(() -> "operator: drain %s no more".formatted(s.name));
                s.drainUntil = OptionalLong.empty();
            }
            default -> divide(s, 1 + draw(4));
        }
    }

    /** One look of an operator who divides: see {@link RegistrationControl#divide}. */
    private void divide(SimulatedStore.Stored s, int partitions) {
        if (SimulatedStore.areTogether(s)) {
            tell(() -> "operator: divide %s into %d".formatted(s.name, partitions));
            store.divide(s, partitions);
        } else if (s.drainUntil.isEmpty()
                || s.cursors.stream().anyMatch(c -> c.point.position() > s.drainUntil.getAsLong())) {
            tell(() -> "operator: drain %s until %d".formatted(s.name, ledger.size()));
            s.drainUntil = OptionalLong.of(ledger.size());
        }
    }

    // --- the end
    // -----------------------------------------------------------------------------------------------------------

    /** Everybody is well: everything has to be delivered, and divided evenly. */
    private void settle() {
        settling = true;
        tell(() -> "from now on all is well");
        for (SimulatedNode node : nodes) {
            node.thaw();
        }
        if (nodes.isEmpty()) {
            join();
        }
        for (SimulatedStore.Stored s : store.registrations.values()) {
            s.paused = false;
            s.drainUntil = OptionalLong.empty();
            if (nodes.stream().noneMatch(n -> n.hearings.get(s.name).competing)) {
                SimulatedNode node = any(nodes);
                node.hearings.get(s.name).compete();
            }
        }
        String missing = "nothing was tried";
        for (int round = 0; round < ROUNDS_TO_SETTLE; round++) {
            settlingRound = round;
            pass(LEASE.toNanos() / 3);
            for (SimulatedStore.Stored s : store.registrations.values()) {
                store.retry(s, null);
            }
            for (SimulatedNode node : nodes) {
                node.doing(node::step);
            }
            for (SimulatedNode node : nodes) {
                for (SimulatedNode.Hearing hearing : node.hearings.values()) {
                    if (hearing.competing) {
                        node.doing(() -> deliver(node, hearing));
                    }
                }
                node.doing(() -> node.save(node.hearings.values(), true));
            }
            missing = missing();
            if (missing == null) {
                break;
            }
        }
        String stillMissing = missing;
        check(stillMissing == null, () -> "did not settle: " + stillMissing);
        for (SimulatedStore.Stored s : store.registrations.values()) {
            for (LedgerEntry entry : ledger) {
                int position = (int) entry.position();
                check(
                        !s.hears(entry) || s.processed.get(position) || s.leftOut.get(position),
                        () -> "%s never processed position %d".formatted(s.name, position));
            }
        }
    }

    private static void deliver(SimulatedNode node, SimulatedNode.Hearing hearing) {
        for (int i = 0; i < 12; i++) {
            node.readPage(20);
            hearing.readAhead(20);
            hearing.take(10);
            while (!hearing.hands.isEmpty()) {
                hearing.consume(true);
            }
        }
    }

    /** What is not as it should be when all is well; null = nothing. */
    private @Nullable String missing() {
        for (SimulatedStore.Stored s : store.registrations.values()) {
            Map<String, Integer> shares = new HashMap<>();
            nodes.stream()
                    .filter(n -> n.hearings.get(s.name).competing)
                    .forEach(n -> shares.put(n.ownership.node(), 0));
            for (int number = 0; number < s.cursors.size(); number++) {
                SimulatedStore.Cursor cursor = s.cursors.get(number);
                if (!store.isAlive(cursor.owner) || !shares.containsKey(cursor.owner)) {
                    return "%s-%d is %s's, who does not deliver it".formatted(s.name, number, cursor.owner);
                }
                shares.merge(cursor.owner, 1, Integer::sum);
                if (cursor.point.position() < ledger.size()) {
                    return "%s-%d stands at %d of %d".formatted(s.name, number, cursor.point.position(), ledger.size());
                }
            }
            int most = shares.values().stream().max(Integer::compare).orElse(0);
            int least = shares.values().stream().min(Integer::compare).orElse(0);
            if (most - least > 1) {
                return "%s is divided unevenly: %s".formatted(s.name, shares);
            }
            if (!s.parked.isEmpty()) {
                return "%s has parked positions %s".formatted(s.name, s.parked.keySet());
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return "Simulation " + seed;
    }
}
