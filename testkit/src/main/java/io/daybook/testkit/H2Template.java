package io.daybook.testkit;

import io.daybook.migrations.Migrations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.h2.jdbcx.JdbcDataSource;

/** A migrated H2 database, made once per JVM: copying a file takes less time than migrating. */
final class H2Template {

    private static final String NAME = "daybook";
    private static final String FILE = NAME + ".mv.db";

    private H2Template() {}

    /** Made when the first test asks. */
    private static final class Made {
        static final Path FOLDER = make();

        private static Path make() {
            try {
                Path folder = Files.createTempDirectory("daybook-h2-template-");
                Runtime.getRuntime()
                        .addShutdownHook(new Thread(() -> TestDatabase.delete(folder), "daybook-delete-template"));
                JdbcDataSource dataSource = new JdbcDataSource();
                dataSource.setURL(url(folder));
                dataSource.setUser("sa");
                Migrations.of(dataSource, "daybook").migrate();
                return folder;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static String url(Path folder) {
        return "jdbc:h2:file:%s;TIME ZONE=%s".formatted(folder.resolve(NAME), TestDatabase.TIME_ZONE);
    }

    /** A copy of its own, in a new folder. */
    static Path copy() {
        try {
            Path folder = Files.createTempDirectory("daybook-h2-");
            Files.copy(Made.FOLDER.resolve(FILE), folder.resolve(FILE));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
