package io.daybook.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.sequencer.RoundStep;
import io.daybook.testkit.TestDatabase;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SIGSTOP of a node in the middle of a round: its connection stays open and its fence held, and nobody answers. */
class FrozenNodeIT {

    @ParameterizedTest
    @EnumSource(
            value = RoundStep.class,
            names = {"FENCED", "WRITTEN"})
    void a_node_frozen_in_the_middle_of_a_round_stops_the_others_for_seconds(RoundStep step) throws Exception {
        try (TestDatabase database = TestDatabase.postgresql()) {
            try (Daybook writer = database.daybook().sequencing(false).open()) {
                writer.transact(tx -> tx.record("thing", "t", Operation.of("TOUCH"), 0));
            }
            try (ChildJvm frozen = new ChildJvm(
                    FrozenRound.class, database.url(), database.user(), database.password(), step.name())) {
                frozen.await(1, line -> line.equals("in the middle of a round"), 60);
                frozen.signal("STOP");
                try (Daybook daybook = database.daybook().open()) {
                    long begin = System.nanoTime();
                    Receipt receipt = daybook.transact(tx -> tx.record("thing", "t", Operation.of("TOUCH"), 1));
                    assertThat(daybook.await(receipt, Duration.ofSeconds(30))).isEqualTo(2);
                    System.out.printf(
                            "frozen at %s: the others waited %d ms%n",
                            step, Duration.ofNanos(System.nanoTime() - begin).toMillis());

                    frozen.signal("CONT");
                    for (int unit = 0; unit < 50; unit++) {
                        int number = unit;
                        Receipt next = daybook.transact(tx -> tx.record("thing", "t", Operation.of("TOUCH"), number));
                        daybook.await(next, Duration.ofSeconds(30));
                    }
                    LogCheck.read(database).isWhole();
                    LogCheck.verifies(daybook);
                }
            }
        }
    }
}
