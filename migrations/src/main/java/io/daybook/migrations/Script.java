package io.daybook.migrations;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;

/**
 * One numbered migration.
 *
 * @param version its number
 * @param fileName name of its file
 * @param text what is in it
 */
record Script(int version, String fileName, String text) {

    /**
     * The migrations, the same numbers for every database; a new one is added here and as a file in each folder. A list,
     * because looking for files on a class path fails in some packagings.
     */
    static final List<String> FILES = List.of("V1__daybook.sql");

    /** The migrations in this folder, oldest first. */
    static List<Script> all(String folder) {
        return FILES.stream()
                .map(file -> new Script(number(file), file, resource(folder + "/" + file)))
                .toList();
    }

    private static int number(String fileName) {
        return Integer.parseInt(fileName.substring(1, fileName.indexOf("__")));
    }

    /** A file beside this class. */
    static String resource(String name) {
        try (InputStream in = Script.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("Resource " + name
                        + " is missing beside " + Script.class.getName()
                        + ". The daybook-migrations archive is damaged, or a repackaging left it out.");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The checksum that Flyway keeps in the history: CRC-32 of the lines without their ends. */
    int checksum() {
        CRC32 crc = new CRC32();
        text.lines().forEach(line -> crc.update(line.getBytes(StandardCharsets.UTF_8)));
        return (int) crc.getValue();
    }
}
