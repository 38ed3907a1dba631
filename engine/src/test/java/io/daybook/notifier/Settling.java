package io.daybook.notifier;

import io.daybook.event.EntityRef;
import io.daybook.ledger.LedgerEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The end of a schedule: everybody is well, so everything has to be delivered, and divided evenly. Then every entity has one more event,
 * which has to be delivered where the topics that are stored say so, and nowhere else.
 */
final class Settling {

    private static final int ROUNDS = 40;

    /** A node that has to say first that it is there has looked by then. */
    private static final int ROUNDS_TO_LOOK = 2;

    private final Simulation simulation;
    private final SimulatedStore store;
    /** What comes after this comes when everybody knows the topics. */
    private int unsettled = Integer.MAX_VALUE;

    Settling(Simulation simulation, SimulatedStore store) {
        this.simulation = simulation;
        this.store = store;
    }

    void run() {
        if (simulation.nodes.isEmpty()) {
            simulation.join();
        }
        simulation.names().forEach(this::consumed);
        if (store.wasSetBack()) {
            // Who was set back hears of it when it writes the cursor again: with the next event of the ledger, and not
            // before.
            Simulation.ENTITIES.forEach(simulation::append);
        }
        String missing = "nothing was tried";
        for (int round = 0; round < ROUNDS && missing != null; round++) {
            if (round > ROUNDS_TO_LOOK) {
                simulation.quiet();
            }
            everybodyActs();
            missing = missing();
            if (missing == null && unsettled == Integer.MAX_VALUE) {
                missing = "the last events were not tried";
                if (round >= ROUNDS_TO_LOOK - 1) {
                    unsettled = simulation.ledger.size();
                    Simulation.ENTITIES.forEach(simulation::append);
                }
            }
        }
        String stillMissing = missing;
        simulation.check(stillMissing == null, () -> "did not settle: " + stillMissing);
        store.registrations.values().forEach(this::checkDelivered);
    }

    /** Somebody consumes it, and no operator holds it back. */
    private void consumed(String name) {
        while (store.stored(name) == null || simulation.nodes.stream().noneMatch(n -> isCompeting(n, name))) {
            SimulatedNode node = simulation.any(simulation.nodes);
            node.register(name);
            // Where it knew one that is not there any more it finds that out first.
            node.step();
            SimulatedHearing hearing = node.hearings.get(name);
            if (hearing != null) {
                hearing.compete();
            }
        }
        SimulatedRegistration s = store.registrations.get(name);
        s.paused = false;
        s.drainUntil = OptionalLong.empty();
    }

    private static boolean isCompeting(SimulatedNode node, String name) {
        SimulatedHearing hearing = node.hearings.get(name);
        return hearing != null && hearing.competing;
    }

    private void everybodyActs() {
        simulation.pass(Simulation.LEASE.toNanos() / 3);
        for (SimulatedRegistration s : store.registrations.values()) {
            SimulatedOperator.retry(s, null);
        }
        for (SimulatedNode node : simulation.nodes) {
            node.doing(node::step);
        }
        for (SimulatedNode node : simulation.nodes) {
            for (SimulatedHearing hearing : List.copyOf(node.hearings.values())) {
                if (hearing.competing) {
                    node.doing(() -> deliver(node, hearing));
                }
            }
            node.doing(() -> node.save(node.hearings.values(), true));
        }
    }

    private static void deliver(SimulatedNode node, SimulatedHearing hearing) {
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
        for (SimulatedRegistration s : store.registrations.values()) {
            Map<String, Integer> shares = new HashMap<>();
            for (SimulatedNode node : simulation.nodes) {
                if (isCompeting(node, s.name)) {
                    shares.put(node.ownership.node(), 0);
                }
            }
            for (int number = 0; number < s.cursors.size(); number++) {
                SimulatedRegistration.Cursor cursor = s.cursors.get(number);
                if (!store.isAlive(cursor.owner) || !shares.containsKey(cursor.owner)) {
                    return "%s-%d is %s's, who does not deliver it".formatted(s.name, number, cursor.owner);
                }
                shares.merge(cursor.owner, 1, Integer::sum);
                if (cursor.point.position() < simulation.ledger.size()) {
                    return "%s-%d stands at %d of %d"
                            .formatted(s.name, number, cursor.point.position(), simulation.ledger.size());
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

    private void checkDelivered(SimulatedRegistration s) {
        for (LedgerEntry entry : simulation.ledger) {
            int position = (int) entry.position();
            EntityRef entity = entry.event().entity();
            boolean heard = s.wish().hears(entry);
            simulation.check(
                    !heard || s.processed.get(position) || (position <= unsettled && s.leftOut.get(position)),
                    () -> "%s never processed position %d, of %s".formatted(s.name, position, entity.id()));
            simulation.check(
                    heard || position <= unsettled || !s.delivered.get(position),
                    () -> "%s heard position %d, of %s, which is not for it".formatted(s.name, position, entity.id()));
        }
    }
}
