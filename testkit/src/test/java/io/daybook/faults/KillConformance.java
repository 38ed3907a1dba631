package io.daybook.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.ledger.LedgerEntry;
import io.daybook.testkit.Seeds;
import io.daybook.testkit.TestDatabase;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** kill -9 of the process that writes and sequences, twenty times, at random moments. */
abstract class KillConformance {

    private static final int KILLS = 20;

    abstract TestDatabase newDatabase();

    /** Where the processes that are killed find the database. */
    String urlOfTheKilled(TestDatabase database) {
        return database.url();
    }

    /** How many commits to wait for, on the average, before a kill. */
    int commitsBeforeAKill() {
        return 160;
    }

    @Test
    void what_was_acknowledged_or_heard_survives_twenty_kills_of_the_process() throws Exception {
        long seed = Seeds.next();
        Random random = new Random(seed);
        TreeSet<Long> acknowledged = new TreeSet<>();
        // Position to what was heard of it.
        TreeMap<Long, String> heard = new TreeMap<>();
        int commits = 0;
        try (TestDatabase database = newDatabase()) {
            for (int kill = 0; kill < KILLS; kill++) {
                try (ChildJvm child = new ChildJvm(
                        KilledWriter.class,
                        urlOfTheKilled(database),
                        database.user(),
                        database.password(),
                        Long.toString(seed + kill))) {
                    child.await(
                            commitsBeforeAKill() / 2 + random.nextInt(commitsBeforeAKill()),
                            line -> line.startsWith("ack"),
                            60);
                    // At any moment, and not just after a commit was acknowledged, when everything is on disk.
                    Thread.sleep(random.nextInt(100));
                    child.kill();
                    for (String line : child.matching(line -> line.startsWith("heard"))) {
                        String[] parts = line.split(" ", 3);
                        // By two processes, where the second one finds it on disk and not yet said to be: but the same.
                        String before = heard.put(Long.valueOf(parts[1]), parts[2]);
                        assertThat(before == null ? parts[2] : before)
                                .as("what was heard of position %s before a kill is heard after it", parts[1])
                                .isEqualTo(parts[2]);
                    }
                    for (String line : child.matching(line -> line.startsWith("ack"))) {
                        commits++;
                        Arrays.stream(line.split(" "))
                                .skip(1)
                                .map(Long::valueOf)
                                .forEach(acknowledged::add);
                    }
                }
            }
            try (Daybook daybook = database.daybook().open()) {
                LogCheck now = LogCheck.read(database).hasAtLeast(acknowledged);
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> LogCheck.read(database).isWhole());
                LogCheck.verifies(daybook);
                heard.forEach((position, what) -> assertThat(what(daybook, position))
                        .as("what was heard of position %d before a kill is still so", position)
                        .isEqualTo(what));
                assertThat(heard).hasSizeGreaterThan(KILLS * commitsBeforeAKill() / 4);
                System.out.printf(
                        "seed %d: %d commits acknowledged through %d kills, %d events in the log, %d had no position yet%n",
                        seed,
                        commits,
                        KILLS,
                        LogCheck.read(database).size(),
                        LogCheck.read(database).size() - now.size());
            }
            assertThat(commits).isGreaterThan(KILLS * commitsBeforeAKill() / 4);
        }
    }

    private static String what(Daybook daybook, long position) {
        return daybook.ledger()
                .entry(position)
                .map(LedgerEntry::event)
                .map(event ->
                        event.version() + " " + event.recordedAt().orElseThrow().toEpochMilli())
                .orElse("nothing");
    }
}
