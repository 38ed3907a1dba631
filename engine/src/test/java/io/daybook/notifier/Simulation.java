package io.daybook.notifier;

import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
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
 * <p>What happens at an await point is a whole action of somebody else (which has await points of its own); or the action is left there
 * and gone on with later, so that the steps of several actions, of the same node or of others, come in any order.
 */
final class Simulation {

    static final Duration LEASE = Duration.ofSeconds(10);

    private static final int DEEPEST = 4;
    private static final int MOST_EVENTS = 60;
    private static final int MOST_STRANDS = 4;
    /** In one of so many schedules the database is set back. */
    private static final int SET_BACK_EVERY = 4;

    static final List<EntityRef> ENTITIES = List.of(
            EntityRef.of("order", "a"),
            EntityRef.of("order", "b"),
            EntityRef.of("order", "c"),
            EntityRef.of("invoice", "d"),
            EntityRef.of("invoice", "e"));
    private static final List<SimulatedRegistration.Kind> KINDS = List.of(SimulatedRegistration.Kind.values());
    /** What may be heard; two entities are heard always. */
    private static final List<SimulatedRegistration.Wish> WISHES =
            List.of(new SimulatedRegistration.Wish(null, Set.of()), wishWithout(0), wishWithout(2), wishWithout(3));
    /** The third event in a queue fills it, or none does. */
    private static final List<Integer> SIZES = List.of(100, 100, 3 << 20);

    private static final Map<List<Object>, Event> EVENTS = new ConcurrentHashMap<>();
    private static final Map<Integer, Map<EntityRef, Integer>> DIVISIONS = new ConcurrentHashMap<>();
    private static final LedgerPoint[] POINTS = new LedgerPoint[MOST_EVENTS + 2 * ENTITIES.size() + 1];

    static {
        POINTS[0] = LedgerPoint.BEGINNING;
        for (int i = 1; i < POINTS.length; i++) {
            POINTS[i] = new LedgerPoint(i, new byte[] {(byte) i, 0, 0, 0});
        }
    }

    private static SimulatedRegistration.Wish wishWithout(int unheard) {
        Set<Topic> topics = new LinkedHashSet<>();
        for (EntityRef entity : ENTITIES) {
            if (!entity.equals(ENTITIES.get(unheard))) {
                topics.add(Topic.of(entity.type()).entity(entity.id()));
            }
        }
        return new SimulatedRegistration.Wish(ENTITIES.get(unheard), Set.copyOf(topics));
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
    private final SimulatedOperator operator;
    private final Map<String, SimulatedRegistration.Kind> kinds = new TreeMap<>();
    private final Map<EntityRef, Long> versions = new HashMap<>();
    final List<SimulatedNode> nodes = new ArrayList<>();
    private int processes;
    private int depth;
    private boolean settling;
    private boolean quiet;
    /** Actions that were left in the middle, with who does them. */
    private final Map<Strand, SimulatedNode> left = new LinkedHashMap<>();

    private @Nullable Strand current;
    private boolean abandoned;
    /** Of a hundred calls, so many. */
    private final int failing;

    private final int killed;
    private final int interrupted;
    private final int leaving;
    /** Of so many actions of others, one is that what was left goes on. */
    private final int patience;

    private final int size;

    /** Whether and when the database is set back; drawn apart, so that the other schedules stay what they were. */
    private final SplittableRandom setBacks;

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
        this.leaving = draw(3) > 0 ? 0 : 10 + draw(40);
        this.patience = 2 + draw(12);
        this.size = any(SIZES);
        this.setBacks = new SplittableRandom(~seed);
        this.operator = new SimulatedOperator(this, store);
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
            simulation.playToTheEnd();
            return simulation.steps;
        } catch (RuntimeException | AssertionError e) {
            throw shortest(seed, flaw, simulation.steps, e);
        }
    }

    /** What happens in the schedule of that seed. */
    static List<String> story(long seed) {
        List<String> story = new ArrayList<>();
        new Simulation(seed, Integer.MAX_VALUE, SimulatedStore.Flaw.NONE, story).playToTheEnd();
        return story;
    }

    private static Broken shortest(long seed, SimulatedStore.Flaw flaw, int steps, Throwable first) {
        for (int most = 0; most <= steps; most++) {
            List<String> story = new ArrayList<>();
            try {
                new Simulation(seed, most, flaw, story).playToTheEnd();
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

    private void playToTheEnd() {
        try {
            play();
        } finally {
            abandoned = true;
            while (!left.isEmpty()) {
                goOn(left.keySet().iterator().next());
            }
        }
    }

    private void play() {
        kinds.put("r", any(KINDS));
        store.add("r", 1 + draw(4), any(WISHES), POINTS[0]);
        if (flip()) {
            kinds.put("s", any(KINDS));
            store.add("s", 1 + draw(3), WISHES.get(0), POINTS[0]);
        }
        for (SimulatedRegistration s : store.registrations.values()) {
            tell(() -> "registration %s: %s, %d partitions, all but %s"
                    .formatted(s.name, kind(s.name), s.cursors.size(), s.wish().unheard()));
        }
        for (int i = 1 + draw(3); i > 0; i--) {
            SimulatedNode node = join();
            for (SimulatedHearing hearing : List.copyOf(node.hearings.values())) {
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
        settling = true;
        tell(() -> "from now on all is well");
        nodes.forEach(SimulatedNode::thaw);
        while (!left.isEmpty()) {
            goOn(left.keySet().iterator().next());
        }
        new Settling(this, store).run();
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

    <T> T any(List<T> list) {
        return list.get(draw(list.size()));
    }

    /** The rest is of no interest to who reads the story. */
    void quiet() {
        quiet = true;
    }

    void tell(Supplier<String> what) {
        if (story != null && !quiet) {
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
        if (abandoned) {
            throw new SimulatedNode.Killed();
        }
        if (settling) {
            node.checkAlive();
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
        } else if (current != null && chance < killed + interrupted + leaving) {
            leave(node, current);
        }
        node.checkAlive();
        node.thaw();
    }

    // --- actions that are left in the middle
    // ------------------------------------------------------------------------------

    private void perform(SimulatedNode node, Runnable action) {
        if (leaving > 0 && left.size() < MOST_STRANDS) {
            Strand strand = new Strand(() -> node.doing(action));
            left.put(strand, node);
            goOn(strand);
        } else {
            node.doing(action);
        }
    }

    private void leave(SimulatedNode node, Strand strand) {
        tell(() -> "%s: is left there".formatted(node));
        int mine = depth;
        left.put(strand, node);
        strand.leave();
        depth = mine;
        if (abandoned) {
            throw new SimulatedNode.Killed();
        }
        tell(() -> "%s: goes on".formatted(node));
    }

    /** Until it is left again, or ends. */
    private void goOn(Strand strand) {
        left.remove(strand);
        Strand before = current;
        int mine = depth;
        current = strand;
        try {
            strand.resume();
        } finally {
            current = before;
            depth = mine;
        }
    }

    void pass(long nanos) {
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

    SimulatedNode join() {
        SimulatedNode node = new SimulatedNode(this, store, "n" + ++processes, random.nextLong());
        nodes.add(node);
        tell(() -> "%s joins".formatted(node));
        return node;
    }

    // --- the ledger
    // --------------------------------------------------------------------------------------------------------

    SimulatedRegistration.Kind kind(String registration) {
        return kinds.get(registration);
    }

    Set<String> names() {
        return kinds.keySet();
    }

    SimulatedRegistration.Wish wish(Set<Topic> topics) {
        return WISHES.stream().filter(w -> w.topics() == topics).findFirst().orElseThrow();
    }

    /** As it is stored; if it is not, it begins anew, at the beginning or now. */
    SimulatedRegistration register(String name) {
        return store.add(name, 1 + draw(4), any(WISHES), POINTS[flip() ? 0 : ledger.size()]);
    }

    private void append() {
        if (ledger.size() < MOST_EVENTS) {
            append(any(ENTITIES));
        }
    }

    void append(EntityRef entity) {
        int position = ledger.size() + 1;
        long version = versions.merge(entity, 1L, Long::sum);
        ledger.add(new LedgerEntry(event(position, entity, version), POINTS[position], size));
        tell(() -> "position %d is version %d of %s".formatted(position, version, entity.id()));
    }

    private static Event event(long position, EntityRef entity, long version) {
        return EVENTS.computeIfAbsent(
                List.of(position, entity, version),
                key -> new Event(
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
                        Map.of()));
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
        if (seed % SET_BACK_EVERY == 1 && setBacks.nextInt(20) == 0 && !store.registrations.isEmpty()) {
            List<SimulatedRegistration> all = List.copyOf(store.registrations.values());
            SimulatedRegistration any = all.get(setBacks.nextInt(all.size()));
            store.setBack(any, 1 + setBacks.nextInt(3), kind(any.name) == SimulatedRegistration.Kind.TRANSACTIONAL);
        }
        if (!left.isEmpty() && draw(patience) == 0) {
            Strand strand = any(List.copyOf(left.keySet()));
            if (!left.get(strand).isFrozen()) {
                goOn(strand);
                return;
            }
        }
        int chance = draw(100);
        if (chance < 14) {
            append();
        } else if (chance < 84) {
            if (!nodes.isEmpty()) {
                act(nodes.get(draw(nodes.size())));
            }
        } else if (chance < 91) {
            operator.act();
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
        if (draw(100) == 0 || node.hearings.isEmpty()) {
            String name = any(List.copyOf(kinds.keySet()));
            if (node.hearings.containsKey(name) || flip()) {
                tell(() -> "%s: unregister %s".formatted(node, name));
                perform(node, () -> node.unregister(name));
            } else {
                perform(node, () -> node.register(name));
            }
            return;
        }
        SimulatedHearing hearing = any(List.copyOf(node.hearings.values()));
        int chance = draw(100);
        if (chance < 22) {
            tell(() -> "%s: step".formatted(node));
            perform(node, node::step);
        } else if (chance < 30) {
            boolean skippedToo = flip();
            perform(node, () -> node.save(node.hearings.values(), skippedToo));
        } else if (chance < 40) {
            int most = 1 + draw(4);
            perform(node, () -> node.readPage(most));
        } else if (chance < 55) {
            int most = 1 + draw(4);
            perform(node, () -> hearing.readAhead(most));
        } else if (chance < 75) {
            int most = 1 + draw(3);
            perform(node, () -> hearing.take(most));
        } else if (chance < 95) {
            perform(node, () -> node.consume(hearing));
        } else if (chance < 97) {
            SimulatedRegistration.Wish wish = any(WISHES);
            perform(node, () -> node.replaceTopics(hearing, wish));
        } else {
            tell(() -> "%s: the consumer of %s ends".formatted(node, hearing.id()));
            perform(node, hearing::withdraw);
        }
    }

    @Override
    public String toString() {
        return "Simulation " + seed;
    }
}
