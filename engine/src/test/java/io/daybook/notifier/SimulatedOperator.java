package io.daybook.notifier;

import io.daybook.event.EntityRef;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What operators do to registrations, as in {@link RegistrationControl}. */
final class SimulatedOperator {

    private final Simulation simulation;
    private final SimulatedStore store;

    SimulatedOperator(Simulation simulation, SimulatedStore store) {
        this.simulation = simulation;
        this.store = store;
    }

    /** Something to one of them. */
    void act() {
        if (store.registrations.isEmpty()) {
            return;
        }
        SimulatedRegistration s = simulation.any(List.copyOf(store.registrations.values()));
        switch (simulation.draw(12)) {
            case 0 -> {
                simulation.tell(() -> "operator: pause " + s.name);
                s.paused = true;
            }
            case 1, 2 -> {
                simulation.tell(() -> "operator: resume " + s.name);
                s.paused = false;
            }
            case 3 -> {
                LedgerPoint point = simulation.point(simulation.draw(simulation.ledger.size() + 1));
                simulation.tell(() -> "operator: move %s to %d".formatted(s.name, point.position()));
                moveTo(s, point);
            }
            case 4, 5, 6 -> {
                EntityRef entity = simulation.flip() ? null : simulation.any(Simulation.ENTITIES);
                simulation.tell(() -> "operator: retry what is parked for %s of %s".formatted(s.name, entity));
                retry(s, entity);
            }
            case 7 -> {
                if (!s.parked.isEmpty()) {
                    long position = simulation.any(List.copyOf(s.parked.keySet()));
                    simulation.tell(() -> "operator: discard position %d of %s".formatted(position, s.name));
                    discard(s, position);
                }
            }
            case 8 -> {
                simulation.tell(() -> "operator: drain %s no more".formatted(s.name));
                s.drainUntil = OptionalLong.empty();
            }
            default -> divide(s, 1 + simulation.draw(4));
        }
    }

    private void moveTo(SimulatedRegistration s, LedgerPoint point) {
        s.forgetPasts();
        for (LedgerEntry entry : simulation.ledger) {
            int position = (int) entry.position();
            long before =
                    s.cursors.get(s.partitionOf(entry.event().entity())).point.position();
            if (position > point.position()) {
                // Also what was parked: it may be tried again before the cursor comes to it again.
                boolean again = position <= before || s.parked.containsKey((long) position);
                if (again || s.processed.get(position)) {
                    s.askedForAgain.set(position);
                }
                if (position <= before) {
                    s.processed.clear(position);
                    s.leftOut.clear(position);
                }
            } else if (position > before && !s.isDealtWith(position)) {
                s.leaveOut(position);
            }
        }
        for (SimulatedRegistration.Cursor cursor : s.cursors) {
            cursor.point = point;
            SimulatedRegistration.disown(cursor, cursor.epoch + 1);
        }
    }

    static void retry(SimulatedRegistration s, @Nullable EntityRef entity) {
        for (SimulatedRegistration.Parked parked : s.parked.values()) {
            parked.retry |= entity == null || parked.entity().equals(entity);
        }
    }

    private static void discard(SimulatedRegistration s, long position) {
        SimulatedRegistration.Parked found = s.parked.get(position);
        if (found != null) {
            s.forgetPasts();
            SimulatedRegistration.Cursor cursor = s.cursors.get(s.partitionOf(found.entity()));
            if (cursor.point.position() >= position) {
                s.parked.remove(position);
                s.leaveOut((int) position);
                SimulatedRegistration.disown(cursor, cursor.epoch + 1);
            }
        }
    }

    /** One look of an operator who divides: see {@link RegistrationControl#divide}. */
    private void divide(SimulatedRegistration s, int partitions) {
        if (areTogether(s)) {
            simulation.tell(() -> "operator: divide %s into %d".formatted(s.name, partitions));
            store.divide(s, partitions);
        } else if (s.drainUntil.isEmpty()
                || s.cursors.stream().anyMatch(c -> c.point.position() > s.drainUntil.getAsLong())) {
            simulation.tell(() -> "operator: drain %s until %d".formatted(s.name, simulation.ledger.size()));
            s.drainUntil = OptionalLong.of(simulation.ledger.size());
        }
    }

    private static boolean areTogether(SimulatedRegistration s) {
        long first = s.cursors.get(0).point.position();
        return s.cursors.stream().allMatch(c -> c.point.position() == first)
                && (s.cursors.stream().allMatch(c -> c.owner == null) || s.drainUntil.equals(OptionalLong.of(first)));
    }
}
