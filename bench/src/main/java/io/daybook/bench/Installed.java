package io.daybook.bench;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A server of our own made with the PostgreSQL that is installed here, for an extension that the embedded one does not have: in a temporary
 * directory, on a free port of this machine, and gone when it is closed. Those that run already are left alone.
 */
final class Installed implements Closeable {

    /** Where Debian and what is made of it have it. */
    private static final Path PROGRAMS = Path.of("/usr/lib/postgresql");

    private static final Path EXTENSIONS = Path.of("/usr/share/postgresql");

    private final Path bin;
    private final Path folder;
    private final int port;

    private Installed(Path bin, Path folder, int port) {
        this.bin = bin;
        this.folder = folder;
        this.port = port;
    }

    /** The programs of the newest version that has the extension; empty if none has. */
    static Optional<Path> with(String extension) {
        return with(extension, PROGRAMS, EXTENSIONS);
    }

    static Optional<Path> with(String extension, Path programs, Path extensions) {
        if (!Files.isDirectory(programs)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(programs)) {
            return versions.map(version -> version.getFileName().toString())
                    .filter(version -> version.matches("\\d+"))
                    .filter(version ->
                            Files.isExecutable(programs.resolve(version).resolve("bin/initdb")))
                    .filter(version ->
                            Files.exists(extensions.resolve(version).resolve("extension/" + extension + ".control")))
                    .max(Comparator.comparingInt(Integer::parseInt))
                    .map(version -> programs.resolve(version).resolve("bin"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Installed start(Path bin, Map<String, String> settings) throws IOException {
        Path folder = Files.createTempDirectory("daybook-bench-server");
        if (isRoot()) {
            run(List.of("chown", "postgres", folder.toString()));
        }
        Installed server = new Installed(bin, folder, freePort());
        try {
            server.command("initdb", "-D", server.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync");
            StringBuilder options = new StringBuilder(
                    "-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories=%s".formatted(server.port, folder));
            settings.forEach((name, value) ->
                    options.append(" -c ").append(name).append('=').append(value));
            server.command(
                    "pg_ctl",
                    "-D",
                    server.data(),
                    "-w",
                    "-l",
                    folder.resolve("log").toString(),
                    "-o",
                    options.toString(),
                    "start");
            return server;
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port);
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** PostgreSQL refuses to be run by root, so it is its own user's then. */
    private void command(String program, String... arguments) throws IOException {
        List<String> words = new ArrayList<>();
        if (isRoot()) {
            words.addAll(List.of("runuser", "-u", "postgres", "--"));
        }
        words.add(bin.resolve(program).toString());
        words.addAll(List.of(arguments));
        run(words);
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static void run(List<String> words) throws IOException {
        // Into a file, not a pipe: the server that is started would keep a pipe open.
        Path said = Files.createTempFile("daybook-bench", ".log");
        try {
            Process process = new ProcessBuilder(words)
                    .directory(Path.of(System.getProperty("java.io.tmpdir")).toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            if (process.waitFor() != 0) {
                throw new IOException("%s failed: %s"
                        .formatted(
                                words,
                                Files.readString(said, StandardCharsets.UTF_8).strip()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for %s.".formatted(words), e);
        } finally {
            Files.delete(said);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (Files.exists(folder.resolve("log"))) {
                command("pg_ctl", "-D", data(), "-m", "immediate", "-w", "stop");
            }
        } finally {
            delete();
        }
    }

    private void delete() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
