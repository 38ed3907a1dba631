package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import io.daybook.testkit.Await;
import io.daybook.testkit.TestDatabase;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The import of an export, killed in the middle and gone on with. */
class ImportKillIT {

    private static final int UNITS = 25;
    private static final int EACH = 100;

    @TempDir
    Path folder;

    @Test
    void killed_and_gone_on_with_nothing_is_missing_and_nothing_comes_twice() throws Exception {
        Path file = folder.resolve("events.jsonl");
        Cli source = new Cli(folder.resolve("source"));
        fill(source.url());
        assertThat(source.run("export", "--to", file.toString()).exitCode()).isZero();

        killedAndResumed(file, "jdbc:h2:file:" + folder.resolve("target/daybook"), Map.of());
        // What one database wrote, the other takes.
        try (TestDatabase postgresql = TestDatabase.postgresql()) {
            Path password = Files.writeString(folder.resolve("password"), postgresql.password());
            killedAndResumed(
                    file,
                    postgresql.url(),
                    Map.of("DAYBOOK_USER", postgresql.user(), "DAYBOOK_PASSWORD_FILE", password.toString()));
        }
    }

    private static void fill(String url) {
        try (Daybook daybook = Daybook.open(url)) {
            for (int unit = 0; unit < UNITS; unit++) {
                daybook.transact(tx -> {
                    for (int i = 0; i < EACH; i++) {
                        tx.record("order", "o-" + i, Operation.of("ACT"), Map.of("text", "x".repeat(200)));
                    }
                });
            }
            Await.sequenced(daybook);
        }
    }

    private void killedAndResumed(Path file, String url, Map<String, String> environment) throws Exception {
        List<String> lines = Files.readAllLines(file);
        feedAndKill(lines.subList(0, 2 * lines.size() / 3), url, environment);

        Cli.Ran ran = Cli.run(url, environment, "", "import", file.toString(), "--resume", "--json");

        assertThat(ran.err()).isEmpty();
        long known = Value.ofJson(ran.out()).members().get("known").as(Long.class);
        assertThat(known).isGreaterThanOrEqualTo(1_000).isLessThan(lines.size());
        assertThat(bare(Cli.run(url, environment, "", "export").lines())).isEqualTo(bare(lines));
        assertThat(Cli.run(url, environment, "", "verify").exitCode()).isZero();
    }

    /** Once the lines are in its hands, most of them are taken: a pipe holds few. */
    private void feedAndKill(List<String> lines, String url, Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "import",
                "-",
                "--db",
                url);
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start();
        OutputStream in = process.getOutputStream();
        in.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        in.flush();
        assertThat(process.isAlive())
                .as(Files.readString(folder.resolve("out")))
                .isTrue();
        process.destroyForcibly().waitFor();
    }

    private static List<String> bare(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceAll(",\"recorded_at\":\"[^\"]*\"", "").replaceAll(",\"hash\":\"[^\"]*\"", ""))
                .toList();
    }
}
