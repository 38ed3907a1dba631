package io.daybook.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.testkit.Seeds;
import io.daybook.testkit.TestDatabase;
import org.junit.jupiter.api.Test;

/** Twelve writers against two sequencers, on many seeds. */
abstract class RaceConformance {

    abstract TestDatabase newDatabase();

    abstract int seeds();

    @Test
    void what_was_committed_is_in_the_ledger_and_delivered_while_a_naive_reader_loses_some() throws Exception {
        long lost = 0;
        long overtaken = 0;
        for (int round = 0; round < seeds(); round++) {
            long seed = Seeds.next();
            try (TestDatabase database = newDatabase()) {
                Race.Outcome outcome = new Race(database, seed).run();
                System.out.printf(
                        "seed %d: %d committed, %d overtaken, %d lost by the naive reader%n",
                        seed, outcome.committed(), outcome.overtaken(), outcome.lost());
                lost += outcome.lost();
                overtaken += outcome.overtaken();
            }
        }
        assertThat(overtaken).as("events overtaken by others").isPositive();
        assertThat(lost).as("events that a naive reader loses").isPositive();
    }
}
