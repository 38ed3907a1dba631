package io.daybook;

import io.daybook.database.Database;
import io.daybook.event.Value;
import io.daybook.evidence.AnchorSchedule;
import io.daybook.migrations.MigrationException;
import io.daybook.migrations.Migrations;
import io.daybook.migrations.Report;
import io.daybook.notifier.Notifier;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * How to open a daybook, for when {@link Daybook#open(String)} is not enough. Each setting has a safe default; {@link #open}
 * checks them. Not thread-safe.
 *
 * <pre>{@code
 * Daybook daybook = Daybook.builder().url("jdbc:postgresql:shop").user("shop").password(secret).schema("audit").open();
 * }</pre>
 */
public final class DaybookBuilder {

    private static final Duration DEFAULT_APPEND_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration DEFAULT_LEASE = Duration.ofSeconds(10);
    private static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);
    private static final long DEFAULT_MAX_VALUE_BYTES = 1 << 20;
    private static final int DEFAULT_POOL_SIZE = 10;

    private @Nullable String url;
    private @Nullable String user;
    private @Nullable String password;
    private @Nullable DataSource dataSource;
    private String schema = "daybook";
    private int poolSize = DEFAULT_POOL_SIZE;
    private boolean migrate = true;
    private boolean readOnly;
    private boolean sequencing = true;
    private Duration appendTimeout = DEFAULT_APPEND_TIMEOUT;
    private Duration lease = DEFAULT_LEASE;
    private long maxValueBytes = DEFAULT_MAX_VALUE_BYTES;
    private Clock clock = Clock.systemUTC();
    private SecureRandom random = new SecureRandom();
    private @Nullable AnchorSchedule anchors;

    private @Nullable String application;
    private @Nullable String applicationVersion;
    private final Map<String, SortedSet<String>> sensitive = new TreeMap<>();

    DaybookBuilder() {
        application = known("daybook.application", "DAYBOOK_APPLICATION");
        applicationVersion = known("daybook.application.version", "DAYBOOK_APPLICATION_VERSION");
    }

    private static @Nullable String known(String property, String variable) {
        String set = System.getProperty(property, System.getenv(variable));
        return set == null || set.isBlank() ? null : set;
    }

    /** JDBC URL of an H2 or PostgreSQL database. For H2 Daybook adds {@code WRITE_DELAY=0}: else acknowledged commits get lost. */
    public DaybookBuilder url(String newUrl) {
        url = newUrl;
        return this;
    }

    /** User for the URL. Default: none. */
    public DaybookBuilder user(@Nullable String newUser) {
        user = newUser;
        return this;
    }

    /** Password for the URL. Default: none. */
    public DaybookBuilder password(@Nullable String newPassword) {
        password = newPassword;
        return this;
    }

    /** The application's own data source, in place of a URL. It stays the application's: closing the daybook does not close it. */
    public DaybookBuilder dataSource(DataSource newDataSource) {
        dataSource = newDataSource;
        return this;
    }

    /** Schema that the tables are in. One schema is one daybook. Default: {@code daybook}. */
    public DaybookBuilder schema(String newSchema) {
        schema = newSchema;
        return this;
    }

    /** Most connections of the pool that is made for a URL. Default: 10. PostgreSQL has one more, for LISTEN. */
    public DaybookBuilder poolSize(int connections) {
        poolSize = connections;
        return this;
    }

    /** Whether to create and update the tables. Default: true. If not, {@link #open} fails where that would be needed. */
    public DaybookBuilder migrate(boolean newMigrate) {
        migrate = newMigrate;
        return this;
    }

    /** Only to read: nothing can be appended, no sequencer runs, nothing is migrated. */
    public DaybookBuilder readOnly() {
        readOnly = true;
        return this;
    }

    /**
     * Whether this process gives positions to events. Default: true. A process that only writes may leave it to the others that
     * have the same daybook open; while none of them does, events are durable and wait for their positions.
     */
    public DaybookBuilder sequencing(boolean newSequencing) {
        sequencing = newSequencing;
        return this;
    }

    /** How long an append waits for other writers of the same entities. Default: 5 seconds. */
    public DaybookBuilder appendTimeout(Duration newAppendTimeout) {
        appendTimeout = newAppendTimeout;
        return this;
    }

    /**
     * How long this process may be silent before others deliver what it delivered. Default: 10 seconds. Shorter = a crash is noticed
     * sooner; longer = a pause of the process (garbage collection, a busy machine) or of the database costs no hand-over.
     */
    public DaybookBuilder lease(Duration newLease) {
        lease = newLease;
        return this;
    }

    /** Largest value, and largest metadata, of one event, in bytes of its JSON in UTF-8. Default: 1 MiB. */
    public DaybookBuilder maxValueBytes(long bytes) {
        maxValueBytes = bytes;
        return this;
    }

    /**
     * Which application writes: told with each event, in its context. Default: system property {@code daybook.application} and {@code
     * daybook.application.version}, or environment variable {@code DAYBOOK_APPLICATION} and {@code DAYBOOK_APPLICATION_VERSION}; where they are not set it
     * is left out.
     *
     * @param version null = not told
     */
    public DaybookBuilder application(String name, @Nullable String version) {
        application = name;
        applicationVersion = version;
        return this;
    }

    /**
     * Declares attributes of entities of that type sensitive ({@link Daybook#sensitive()}), when it is opened to write. May be called for several
     * types; what was declared before stays declared.
     */
    public DaybookBuilder sensitive(String entityType, String... attributeNames) {
        sensitive.computeIfAbsent(entityType, type -> new TreeSet<>()).addAll(List.of(attributeNames));
        return this;
    }

    /** Where creation dates come from. Default: the system's clock. (What is recorded when is told by the database's.) */
    public DaybookBuilder clock(Clock newClock) {
        clock = newClock;
        return this;
    }

    /** Where salts and ids come from. */
    public DaybookBuilder random(SecureRandom newRandom) {
        random = newRandom;
        return this;
    }

    /**
     * Writes signed anchors while it is open, one that is opened to read only too: {@code
     * .anchors(AnchorSchedule.every(Duration.ofMinutes(10)).to(directory).signedWith(key))}. Default: none. A directory that cannot be
     * written is tried again and logged, and fails nothing else.
     */
    public DaybookBuilder anchors(@Nullable AnchorSchedule newAnchors) {
        anchors = newAnchors;
        return this;
    }

    /**
     * Opens it.
     *
     * @throws IllegalArgumentException if a setting makes no sense
     * @throws io.daybook.event.InvalidEvent if a type or attribute that is to be sensitive is not legal
     * @throws io.daybook.database.DatabaseFailure if the database cannot be reached
     * @throws io.daybook.database.NotDurable if the database would lose acknowledged appends
     * @throws SchemaNotReady if tables are missing and may not be made, or are of another version
     * @throws io.daybook.doctor.EventIdsBehind if new events would come before old ones
     */
    public Daybook open() {
        check(poolSize >= 4, "poolSize", poolSize, "at least 4");
        check(maxValueBytes >= 1, "maxValueBytes", maxValueBytes, "at least 1");
        check(!appendTimeout.isNegative() && !appendTimeout.isZero(), "appendTimeout", appendTimeout, "more than zero");
        check(lease.compareTo(SHORTEST_LEASE) >= 0, "lease", lease, "at least one second");
        Database database = database();
        try {
            Migrations migrations = Migrations.of(database.dataSource(), schema);
            if (migrate && !readOnly) {
                migrations.migrate();
            } else {
                migrations.validate();
            }
            Daybook daybook = new Daybook(
                    database,
                    clock,
                    random,
                    appendTimeout,
                    maxValueBytes,
                    lease,
                    surroundings(),
                    readOnly,
                    sequencing,
                    anchors);
            if (!readOnly) {
                declare(daybook);
            }
            return daybook;
        } catch (MigrationException e) {
            database.close();
            throw new SchemaNotReady(e);
        } catch (RuntimeException | Error e) {
            database.close();
            throw e;
        }
    }

    /**
     * Only brings the tables up to this version, and opens nothing: for a deployment that migrates before it starts anything.
     *
     * @return what was done
     * @throws IllegalArgumentException if a setting makes no sense
     * @throws io.daybook.database.DatabaseFailure if the database cannot be reached
     * @throws SchemaNotReady if this database user may not, or the tables are of another version
     */
    public Report runMigrations() {
        try (Database database = database()) {
            return Migrations.of(database.dataSource(), schema).migrate();
        } catch (MigrationException e) {
            throw new SchemaNotReady(e);
        }
    }

    private void declare(Daybook daybook) {
        try {
            sensitive.forEach((type, names) -> daybook.sensitive().declare(type, names.toArray(String[]::new)));
        } catch (RuntimeException | Error e) {
            daybook.close();
            throw e;
        }
    }

    private Map<String, Value> surroundings() {
        Map<String, Value> known = new HashMap<>();
        if (application != null) {
            known.put(Surroundings.APPLICATION, Value.of(application));
        }
        if (applicationVersion != null) {
            known.put(Surroundings.APPLICATION_VERSION, Value.of(applicationVersion));
        }
        Notifier.hostName().ifPresent(host -> known.put(Surroundings.HOST, Value.of(host)));
        return known;
    }

    private Database database() {
        if ((url == null) == (dataSource == null)) {
            throw new IllegalArgumentException("Give a url or a dataSource, and not both.");
        }
        return dataSource == null
                ? Database.open(java.util.Objects.requireNonNull(url), user, password, poolSize, schema)
                : Database.of(dataSource, schema);
    }

    private static void check(boolean legal, String what, Object found, String allowed) {
        if (!legal) {
            throw new IllegalArgumentException("%s %s makes no sense. Set it to %s.".formatted(what, found, allowed));
        }
    }
}
