package io.daybook.console.shell;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The JDBC URL as Daybook's commands use it. An H2 file belongs to one process, unless all of them say {@code AUTO_SERVER=TRUE}: then
 * the first one serves the others, and several commands may work on one file at once.
 */
final class DatabaseUrl {

    private static final String H2 = "jdbc:h2:";

    /** What may follow {@code jdbc:h2:} and is no file of this machine that others could share. */
    private static final List<String> NO_FILE = List.of("mem:", "tcp:", "ssl:", "zip:");

    private DatabaseUrl() {}

    static String forWriting(String url) {
        return isH2File(url) && !has(url, "AUTO_SERVER", "ACCESS_MODE_DATA", "FILE_LOCK")
                ? url + ";AUTO_SERVER=TRUE"
                : url;
    }

    /** H2 makes a database that is missing; who only wants to look wants to be told. */
    static String forReading(String url) {
        return isH2File(url) && !has(url, "IFEXISTS") ? forWriting(url) + ";IFEXISTS=TRUE" : forWriting(url);
    }

    /** Whether H2 would only look for a file that is not there: known at once, where H2 waits for others who may serve it. */
    static boolean isMissing(String url) {
        return !has(url, "IFEXISTS")
                && sharedFile(url)
                        .filter(file -> !Files.exists(Path.of(file + ".mv.db")) && !isServed(file))
                        .isPresent();
    }

    /** The folder (or what stands in its place) where H2 could make no file; empty if there is none to complain of. */
    static Optional<Path> unwritableFolder(String url) {
        Path folder = sharedFile(url)
                .filter(file -> !isServed(file))
                .map(Path::getParent)
                .orElse(null);
        while (folder != null && !Files.exists(folder)) {
            folder = folder.getParent();
        }
        return folder == null || (Files.isDirectory(folder) && Files.isWritable(folder))
                ? Optional.empty()
                : Optional.of(folder);
    }

    /** The database of that URL, without the ending of its file, if we share it. */
    private static Optional<Path> sharedFile(String url) {
        if (forWriting(url).equals(url)) {
            return Optional.empty();
        }
        String file = url.substring(H2.length()).replaceFirst("^file:", "").replaceFirst(";.*", "");
        try {
            return Optional.of(
                    Path.of(file.startsWith("~") ? System.getProperty("user.home") + file.substring(1) : file)
                            .toAbsolutePath());
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Whoever holds the file serves it. */
    private static boolean isServed(Path file) {
        return Files.exists(Path.of(file + ".lock.db"));
    }

    /** That message, without the settings that nobody typed: ours, and those that the engine adds. */
    static String asTyped(String message, String url) {
        String shown = message;
        for (String setting : List.of("AUTO_SERVER=TRUE", "IFEXISTS=TRUE", "WRITE_DELAY=0", "TRACE_LEVEL_FILE=0")) {
            String name = setting.substring(0, setting.indexOf('='));
            shown = has(url, name) ? shown : shown.replace(";" + setting, "");
        }
        return shown;
    }

    private static boolean isH2File(String url) {
        return url.startsWith(H2) && NO_FILE.stream().noneMatch(url.substring(H2.length())::startsWith);
    }

    private static boolean has(String url, String... settings) {
        String upper = url.toUpperCase(Locale.ROOT);
        for (String setting : settings) {
            if (upper.contains(";" + setting + "=")) {
                return true;
            }
        }
        return false;
    }
}
