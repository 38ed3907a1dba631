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
        long begin = System.nanoTime();
        String undisturbed = summary(folder.resolve("undisturbed"));
        long life = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);

        Path disturbed = folder.resolve("disturbed");
        int kills = 0;
        for (int turn = 0; turn < KILLS; turn++) {
            kills += killed(disturbed, life / 5 + random.nextLong(life / 4)) ? 1 : 0;
        }

        assertThat(kills).as("kills, seed %d", seed).isGreaterThanOrEqualTo(2);
        assertThat(summary(disturbed)).as("seed %d", seed).isEqualTo(undisturbed);
        assertThat(new Cli(disturbed.resolve("data")).run("verify").exitCode()).isZero();
    }

    /** @return whether it was killed before it ended by itself */
    private static boolean killed(Path work, long afterMillis) throws IOException, InterruptedException {
        Process demo = demo(work);
        boolean ended = demo.waitFor(afterMillis, TimeUnit.MILLISECONDS);
        demo.destroyForcibly().waitFor();
        System.out.printf("%s after %d ms%n", ended ? "Had ended" : "Killed", afterMillis);
        return !ended;
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
