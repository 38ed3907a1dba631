package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo of forecasts, killed at random moments and started again, against one that nobody disturbed. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ForecastDemoKillIT {

    private static final int KILLS = 5;

    @TempDir
    Path folder;

    private final long seed = Long.getLong("daybook.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void killed_at_random_moments_it_comes_to_the_summary_of_an_undisturbed_run() throws Exception {
        System.out.println("Seed " + seed + ", again with -Ddaybook.seed=" + seed);
        String undisturbed = summary(folder.resolve("undisturbed"));
        long whole = size(folder.resolve("undisturbed"));

        Path disturbed = folder.resolve("disturbed");
        int kills = 0;
        for (int turn = 0; turn < KILLS; turn++) {
            kills += killed(disturbed, turn, whole / 6) ? 1 : 0;
        }

        assertThat(kills).as("kills, seed %d", seed).isGreaterThanOrEqualTo(3);
        assertThat(summary(disturbed)).as("seed %d", seed).isEqualTo(undisturbed);
        assertThat(new Cli(disturbed.resolve("data")).run("verify").exitCode()).isZero();
    }

    /** @return whether it was killed before it ended by itself */
    private boolean killed(Path work, int turn, long most) throws IOException, InterruptedException {
        Process demo = demo(work);
        if (turn == 2) {
            // While it starts: opens, migrates, catches up.
            demo.waitFor(random.nextInt(2_500), TimeUnit.MILLISECONDS);
        } else {
            // While it forecasts: once the database has grown by so much.
            long target = size(work) + random.nextLong(most);
            while (demo.isAlive() && size(work) <= target) {
                Thread.sleep(random.nextInt(20));
            }
        }
        boolean alive = demo.isAlive();
        demo.destroyForcibly().waitFor();
        System.out.printf("Turn %d: %s, database has %d bytes%n", turn, alive ? "killed" : "had ended", size(work));
        return alive;
    }

    private static long size(Path work) throws IOException {
        Path file = work.resolve("data/daybook.mv.db");
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private static String summary(Path work) throws IOException, InterruptedException {
        Process demo = demo(work);
        assertThat(demo.waitFor(2, TimeUnit.MINUTES)).isTrue();
        String out = Files.readString(work.resolve("out"));
        assertThat(demo.exitValue())
                .as(out + Files.readString(work.resolve("err")))
                .isZero();
        return out.substring(out.indexOf("Summary"));
    }

    private static Process demo(Path work) throws IOException {
        Files.createDirectories(work);
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        // Many short lives: what the second compiler makes faster is not worth its work.
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "demo",
                        "--scenarios")
                .directory(work.toFile())
                .redirectOutput(work.resolve("out").toFile())
                .redirectError(work.resolve("err").toFile())
                .start();
    }
}
