package io.daybook.testkit.torture;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A node's process, with real signals. What it says goes to the evidence, what it logs to a file. Thread-safe. */
final class NodeProcess {

    private static final String END_OF_LINE = " .";

    private final String name;
    private final Process process;
    private final Path log;
    private final Evidence evidence;
    private final Set<String> said = ConcurrentHashMap.newKeySet();
    private final Thread reader;

    NodeProcess(String name, List<Path> classPathFirst, Path log, Evidence evidence, List<String> arguments)
            throws IOException {
        this.name = name;
        this.log = log;
        this.evidence = evidence;
        StringBuilder classPath = new StringBuilder();
        classPathFirst.forEach(path -> classPath.append(path).append(File.pathSeparator));
        classPath.append(System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=io/daybook/testkit/torture/node-logback.xml",
                "-Dorg.jooq.no-logo=true",
                "-Dorg.jooq.no-tips=true",
                "-cp",
                classPath.toString(),
                TortureNode.class.getName()));
        command.addAll(arguments);
        this.process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        this.reader = new Thread(this::read, "torture-" + name);
        this.reader.setDaemon(true);
        this.reader.start();
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                // Without its end it was cut off by a kill, and was not said.
                if (line.endsWith(END_OF_LINE)) {
                    String whole = line.substring(0, line.length() - END_OF_LINE.length());
                    evidence.hear(name, whole);
                    if (!whole.contains(" ")) {
                        said.add(whole);
                    }
                }
                line = lines.readLine();
            }
        } catch (IOException e) {
            // The stream of a process that was killed.
            if (process.isAlive()) {
                throw new UncheckedIOException(e);
            }
        } catch (RuntimeException e) {
            evidence.found("%s said what nobody understands: %s".formatted(name, e));
        }
    }

    String name() {
        return name;
    }

    Path log() {
        return log;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    boolean said(String word) {
        return said.contains(word);
    }

    void tell(String command) {
        try {
            OutputStream stdin = process.getOutputStream();
            stdin.write((command + "\n").getBytes(StandardCharsets.UTF_8));
            stdin.flush();
        } catch (IOException e) {
            evidence.found("%s does not listen any more: %s".formatted(name, e.getMessage()));
        }
    }

    /** kill -9; everything that it said before is heard when this returns. */
    void kill() throws InterruptedException {
        // Not Process.destroyForcibly, which closes the pipe with what is still in it.
        process.toHandle().destroyForcibly();
        process.waitFor();
        reader.join();
    }

    /** Its end, by itself. @return false if it did not come in time */
    boolean ends(long withinSeconds) throws InterruptedException {
        boolean ended = process.waitFor(withinSeconds, TimeUnit.SECONDS);
        if (ended) {
            reader.join();
        }
        return ended;
    }

    /** Sends STOP or CONT. */
    void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
