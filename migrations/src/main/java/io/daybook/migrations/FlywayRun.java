package io.daybook.migrations;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.net.URL;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.logging.LogFactory;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

/** One run of Flyway, kept apart from whatever Flyway the application itself runs. */
final class FlywayRun {

    /** Runs going on in this JVM, for schemas or databases of their own. */
    private static final AtomicInteger RUNNING = new AtomicInteger();

    private FlywayRun() {}

    /** Applies the pending ones of these scripts to a schema that has a history table; returns the versions applied. */
    static List<Integer> migrate(DataSource dataSource, History history, List<Script> scripts) {
        FluentConfiguration configuration = Flyway.configure(new HidingCallbacks(Flyway.class.getClassLoader()))
                .dataSource(dataSource)
                .defaultSchema(history.schema())
                .table(history.table())
                // The schema and the history table are there already: Flyway looks for a history table with LIKE on H2,
                // and finds that of TENANTX1 when it is asked about TENANT_1.
                .createSchemas(false)
                .cleanDisabled(true)
                // One connection, so that a migration and its row in the history are one transaction on PostgreSQL. By
                // default they are two, and a crash between their commits leaves a migration that nobody knows of.
                .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
                // Both providers, so that Flyway does not search the class path at all.
                .resourceProvider(new Scripts(scripts))
                .javaMigrationClassProvider(List::of)
                // No logger: Flyway would warn users of every H2 newer than itself, and logs what it also throws.
                .loggers();
        RUNNING.incrementAndGet();
        try {
            return configuration.load().migrate().migrations.stream()
                    .map(migration -> Integer.valueOf(migration.version))
                    .toList();
        } finally {
            // Flyway keeps the loggers of its latest configuration in a static field. The last run of ours puts the
            // default
            // back, else the application's own Flyway would be silent, too.
            if (RUNNING.decrementAndGet() == 0) {
                LogFactory.setConfiguration(Flyway.configure());
            }
        }
    }

    /** Hides the application's callbacks: Flyway runs every class it finds in db/callback, whosever run it is. */
    private static final class HidingCallbacks extends ClassLoader {

        HidingCallbacks(@Nullable ClassLoader parent) {
            super(parent);
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return name.startsWith("db/callback") ? Collections.emptyEnumeration() : super.getResources(name);
        }
    }

    /** The scripts as Flyway asks for them. */
    private record Scripts(List<Script> scripts) implements ResourceProvider {

        @Override
        public @Nullable LoadableResource getResource(String name) {
            // Flyway asks for the optional settings of a script, such as V1__daybook.sql.conf; ours have none.
            return null;
        }

        @Override
        public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
            return scripts.stream()
                    .filter(script -> script.fileName().startsWith(prefix)
                            && Arrays.stream(suffixes).anyMatch(script.fileName()::endsWith))
                    .<LoadableResource>map(ScriptResource::new)
                    .toList();
        }
    }

    private static final class ScriptResource extends LoadableResource {

        private final Script script;

        ScriptResource(Script script) {
            this.script = script;
        }

        @Override
        public Reader read() {
            return new StringReader(script.text());
        }

        @Override
        public String getAbsolutePath() {
            return script.fileName();
        }

        @Override
        public String getAbsolutePathOnDisk() {
            return script.fileName();
        }

        @Override
        public String getFilename() {
            return script.fileName();
        }

        @Override
        public String getRelativePath() {
            return script.fileName();
        }
    }
}
