package io.daybook.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the numbers of a run depend on, beside the code.
 *
 * @param facts what is told of it, by its name, in the order of the table
 */
record Circumstances(Map<String, String> facts) {

    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    static Circumstances of(Server server, Instant begin, String commit, String command) throws SQLException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("begun", begin.truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put("commit", commit);
        facts.put("command", "`" + command + "`");
        facts.put(
                "machine",
                "%d processors%s, %s of memory, %s"
                        .formatted(
                                Runtime.getRuntime().availableProcessors(),
                                processor().map(name -> " (" + name + ")").orElse(""),
                                memory(),
                                System.getProperty("os.name") + " " + System.getProperty("os.arch")));
        facts.put(
                "JVM",
                "%s %s, heap of at most %s%s"
                        .formatted(
                                System.getProperty("java.vm.name"),
                                System.getProperty("java.vm.version"),
                                Results.megabytes(Runtime.getRuntime().maxMemory()),
                                collector()));
        facts.put(
                "drivers",
                "PostgreSQL JDBC %s, H2 %s"
                        .formatted(
                                org.postgresql.Driver.class.getPackage().getImplementationVersion(),
                                org.h2.engine.Constants.VERSION));
        facts.put("PostgreSQL", server.about());
        return new Circumstances(facts);
    }

    private static String collector() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .map(bean -> ", " + bean.getName())
                .reduce("", String::concat);
    }

    private static String memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean machine
                ? Results.megabytes(machine.getTotalMemorySize())
                : "an unknown amount";
    }

    /** Only Linux tells it in a file. */
    private static Optional<String> processor() {
        if (!Files.isReadable(PROCESSORS)) {
            return Optional.empty();
        }
        try (var lines = Files.lines(PROCESSORS, StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
