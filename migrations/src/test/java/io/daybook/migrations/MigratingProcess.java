package io.daybook.migrations;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of its own that says it is there, waits for a line, migrates once, and says what it applied. */
final class MigratingProcess {

    private static final int PATIENCE_SECONDS = 120;

    private MigratingProcess() {}

    /** Arguments: URL, user, schema. */
    public static void main(String[] arguments) throws IOException {
        Migrations migrations = Migrations.of(new TestDatabase(arguments[0], arguments[1]), arguments[2]);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println("ready");
        in.readLine();
        System.out.println("applied " + migrations.migrate().applied());
    }

    /** Starts this many JVMs, lets them loose together, and returns the last line of each. */
    static List<String> race(int count, TestDatabase database, String schema) throws Exception {
        List<Process> processes = new ArrayList<>();
        List<BufferedReader> outputs = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                Process process = start(database, schema);
                processes.add(process);
                outputs.add(process.inputReader(StandardCharsets.UTF_8));
            }
            for (BufferedReader output : outputs) {
                output.readLine();
            }
            for (Process process : processes) {
                process.outputWriter(StandardCharsets.UTF_8).append("go\n").flush();
            }
            List<String> results = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                results.add(outputs.get(i)
                        .lines()
                        .reduce((earlier, later) -> earlier + "\n" + later)
                        .orElse(""));
                if (!processes.get(i).waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("Process " + i + " does not end.");
                }
            }
            return results;
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private static Process start(TestDatabase database, String schema) {
        try {
            return new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx48m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            MigratingProcess.class.getName(),
                            database.url(),
                            database.user(),
                            schema)
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
