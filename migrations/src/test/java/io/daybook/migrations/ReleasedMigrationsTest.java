package io.daybook.migrations;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A migration that was released has run in databases we shall never see: whoever changes it must write a new one instead. */
class ReleasedMigrationsTest {

    private static final Path MIGRATIONS = Path.of("src/main/resources/io/daybook/migrations");
    private static final Path RELEASED = Path.of("src/test/resources/released-migrations.sha256");

    @Test
    void released_migrations_are_frozen() throws Exception {
        assertThat(broken(RELEASED, MIGRATIONS)).isEmpty();

        List<String> listed = Files.readAllLines(RELEASED);
        List<String> unlisted = lines(MIGRATIONS).stream()
                .filter(line -> !listed.contains(line))
                .toList();
        if (!unlisted.isEmpty()) {
            System.out.println("Not released yet. On the day of the release, add to " + RELEASED + ":");
            unlisted.forEach(System.out::println);
        }
    }

    @Test
    void a_released_migration_that_was_changed_or_removed_is_found(@TempDir Path folder) throws Exception {
        Path list = folder.resolve("released");
        for (String name : List.of("h2/V1__a.sql", "h2/V2__b.sql", "h2/V3__c.sql")) {
            Files.createDirectories(folder.resolve(name).getParent());
            Files.writeString(folder.resolve(name), "create table " + name);
        }
        List<String> released = new ArrayList<>(List.of("# A comment.", ""));
        released.addAll(lines(folder));
        assertThat(released).hasSize(5);
        Files.write(list, released);
        assertThat(broken(list, folder)).isEmpty();

        Files.writeString(folder.resolve("h2/V2__b.sql"), " ", UTF_8, java.nio.file.StandardOpenOption.APPEND);
        Files.delete(folder.resolve("h2/V3__c.sql"));

        assertThat(broken(list, folder)).hasSize(2);
        assertThat(broken(list, folder).get(0)).contains("h2/V2__b.sql was changed");
        assertThat(broken(list, folder).get(1)).contains("h2/V3__c.sql is gone");
    }

    @Test
    void the_files_in_each_folder_are_the_ones_that_run() throws Exception {
        for (String database : List.of("h2", "postgresql")) {
            try (Stream<Path> files = Files.list(MIGRATIONS.resolve(database))) {
                assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.matches("V\\d+__.*")))
                        .containsExactlyInAnyOrderElementsOf(Script.FILES);
            }
            assertThat(Script.all(database))
                    .extracting(Script::version)
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
    }

    /** A sentence for each line of the list whose file is not what it was. */
    private static List<String> broken(Path list, Path migrations) throws IOException {
        List<String> broken = new ArrayList<>();
        for (String line : Files.readAllLines(list)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String name = line.substring(line.lastIndexOf(' ') + 1);
            Path file = migrations.resolve(name);
            if (!Files.exists(file)) {
                broken.add(name + " is gone, and it was released. Put it back.");
            } else if (!line(name, file).equals(line)) {
                broken.add(name + " was changed, and it was released. Undo that, and say it in a new migration.");
            }
        }
        return broken;
    }

    /** The line of the list for each migration there is. */
    private static List<String> lines(Path migrations) throws IOException {
        try (Stream<Path> files = Files.walk(migrations)) {
            List<String> lines = new ArrayList<>();
            for (Path file : files.filter(path -> path.getFileName().toString().matches("V\\d+__.*\\.sql"))
                    .sorted()
                    .toList()) {
                lines.add(line(migrations.relativize(file).toString().replace('\\', '/'), file));
            }
            return lines;
        }
    }

    private static String line(String name, Path file) throws IOException {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return HexFormat.of().formatHex(hash) + "  " + name;
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("Every Java has SHA-256.", e);
        }
    }
}
