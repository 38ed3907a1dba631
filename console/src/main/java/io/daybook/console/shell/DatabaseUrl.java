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

    /**
     * The folder (or what stands in its place) where H2 could make no file, so that waiting for others who may serve it is no use; empty
     * if there is none to complain of.
     */
    static Optional<Path> unwritableFolder(String url) {
        if (forWriting(url).equals(url)) {
            return Optional.empty();
        }
        String file = url.substring(H2.length()).replaceFirst("^file:", "").replaceFirst(";.*", "");
        Path database;
        try {
            database = Path.of(file.startsWith("~") ? System.getProperty("user.home") + file.substring(1) : file)
                    .toAbsolutePath();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
        // Whoever holds the file serves it: then there is nothing to be made.
        if (Files.exists(Path.of(database + ".lock.db"))) {
            return Optional.empty();
        }
        Path folder = database.getParent();
        while (folder != null && !Files.exists(folder)) {
            folder = folder.getParent();
        }
        return folder == null || (Files.isDirectory(folder) && Files.isWritable(folder))
                ? Optional.empty()
                : Optional.of(folder);
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
