package io.daybook.testkit.torture;

import io.daybook.event.Operation;
import io.daybook.event.Topic;

/** What driver, nodes and checker agree on: who registers for what, and what units are called. */
final class Schedule {

    static final String ENTITY_TYPE = "account";
    static final Operation CREDIT = Operation.of("CREDIT");
    static final Operation RARE = Operation.of("RARE");
    static final Topic ALL = Topic.of(ENTITY_TYPE);
    static final Topic SPARSE = Topic.of(ENTITY_TYPE).operation(RARE);

    /** At least once, four partitions. */
    static final String DIVIDED = "divided";
    /** At least once, parks what is poison, and tries it again later. */
    static final String PARKING = "parking";
    /** At least once, one event in hundreds. */
    static final String ONE_IN_HUNDREDS = "sparse";
    /** In memory, from now on. */
    static final String EPHEMERAL = "ephemeral";
    /** Exactly once, in batches. */
    static final String PROJECTION = "projection";
    /** Exactly once, one event in hundreds, in transactions that last. */
    static final String SLOW_PROJECTION = "slow-projection";

    /** Milliseconds until others may have what a silent node owned. */
    static final long LEASE_MILLISECONDS = 2_000;

    private static final String POISON = "/p";

    private Schedule() {}

    /** A unit whose events are poison for {@link #PARKING} until then (milliseconds of the machine's clock). */
    static String poisoned(String unit, long until) {
        return unit + POISON + until;
    }

    static boolean isPoison(String unit) {
        int at = unit.lastIndexOf(POISON);
        return at >= 0 && System.currentTimeMillis() < Long.parseLong(unit.substring(at + POISON.length()));
    }

    static boolean isRare(String operation) {
        return operation.equals(RARE.name());
    }

    /** A fold that another order, a hole or a doubled event changes. */
    static long fold(long before, long version) {
        return (before * 31 + version) % 1_000_003;
    }
}
