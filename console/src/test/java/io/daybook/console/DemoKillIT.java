package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo, killed at random moments and started again, against one that nobody disturbed. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class DemoKillIT {

    private static final int COMMITS = 1_500;
    private static final int KILLS = 6;
    private static final long LONGEST_LIFE_MILLIS = 60_000;

    @TempDir
    Path folder;

    private final long seed = Long.getLong("daybook.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void killed_at_random_moments_it_comes_to_the_summary_of_an_undisturbed_run() throws Exception {
        System.out.println("Seed " + seed + ", again with -Ddaybook.seed=" + seed);
        try (TestRepository repository = new TestRepository(folder.resolve("repository.git"))) {
            repository.grow(COMMITS, new Random(11));
        }
        String undisturbed = summary(folder.resolve("undisturbed"));

        Path disturbed = folder.resolve("disturbed");
        int kills = 0;
        for (int tries = 0; kills < KILLS && tries < 3 * KILLS; tries++) {
            kills += killed(disturbed, tries) ? 1 : 0;
        }

        assertThat(kills).as("kills, seed %d", seed).isGreaterThanOrEqualTo(5);
        assertThat(summary(disturbed)).as("seed %d", seed).isEqualTo(undisturbed);
        List<String> feed = Files.readAllLines(disturbed.resolve("data/feed.jsonl"));
        for (int i = 0; i < feed.size(); i++) {
            assertThat(feed.get(i)).startsWith("{\"position\":" + (i + 1) + ",").endsWith("}");
        }
        assertThat(new Cli(disturbed.resolve("data")).run("verify").exitCode()).isZero();
        assertThat(new Cli(disturbed.resolve("data")).run("status", "--json").out())
                .contains("\"head\":" + feed.size());
    }

    /** @return whether it was killed before it ended by itself */
    private boolean killed(Path work, int turn) throws IOException, InterruptedException {
        Process demo = demo(work);
        if (turn % 4 == 3) {
            // While it starts: opens, migrates, catches up.
            demo.waitFor(random.nextInt(3_000), TimeUnit.MILLISECONDS);
        } else {
            // While it imports and delivers: once the feed has grown by so much.
            long target = size(work) + random.nextInt(300_000);
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_LIFE_MILLIS);
            while (demo.isAlive() && size(work) <= target && System.nanoTime() < deadline) {
                Thread.sleep(random.nextInt(20));
            }
        }
        boolean alive = demo.isAlive();
        demo.destroyForcibly().waitFor();
        System.out.printf("Turn %d: %s, feed has %d bytes%n", turn, alive ? "killed" : "had ended", size(work));
        return alive;
    }

    private static long size(Path work) throws IOException {
        Path feed = work.resolve("data/feed.jsonl");
        return Files.exists(feed) ? Files.size(feed) : 0;
    }

    private String summary(Path work) throws IOException, InterruptedException {
        Process demo = demo(work);
        assertThat(demo.waitFor(5, TimeUnit.MINUTES)).isTrue();
        String out = Files.readString(work.resolve("out"));
        assertThat(demo.exitValue()).as(Files.readString(work.resolve("err"))).isZero();
        return out.substring(out.indexOf("Summary"));
    }

    private Process demo(Path work) throws IOException {
        Files.createDirectories(work);
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "demo",
                        "--once",
                        "--git",
                        folder.resolve("repository.git").toString())
                .directory(work.toFile())
                .redirectOutput(work.resolve("out").toFile())
                .redirectError(work.resolve("err").toFile())
                .start();
    }
}
