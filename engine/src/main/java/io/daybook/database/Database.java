package io.daybook.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.MappedSchema;
import org.jooq.conf.RenderMapping;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * One schema in one database. Thread-safe. Hands out connections with autocommit on and takes them back as they were; closes
 * the pool only if it opened it.
 */
public final class Database implements AutoCloseable {

    /** The databases that Daybook runs on. */
    public enum Kind {
        H2(SQLDialect.H2),
        POSTGRESQL(SQLDialect.POSTGRES);

        private final SQLDialect dialect;

        Kind(SQLDialect dialect) {
            this.dialect = dialect;
        }
    }

    /** The schema that statements in the code name, so that they can be pasted into a console as they stand. */
    private static final String WRITTEN_SCHEMA = "daybook";

    private static final Duration AUTO_SERVER_PATIENCE = Duration.ofSeconds(30);

    private static final Pattern TABLE = Pattern.compile("\\b" + WRITTEN_SCHEMA + "\\.(?=[a-z_]+)");

    private final DataSource dataSource;
    private final @Nullable HikariDataSource ownPool;
    private final String schema;
    private final Kind kind;
    private final Settings settings;

    private Database(DataSource dataSource, @Nullable HikariDataSource ownPool, String schema, Kind kind) {
        this.dataSource = dataSource;
        this.ownPool = ownPool;
        this.schema = schema;
        this.kind = kind;
        this.settings = new Settings()
                .withExecuteLogging(false)
                .withRenderQuotedNames(RenderQuotedNames.NEVER)
                .withRenderMapping(new RenderMapping()
                        .withSchemata(
                                new MappedSchema().withInput(WRITTEN_SCHEMA).withOutput(schema)));
    }

    /**
     * The database behind a JDBC URL, through a pool of our own.
     *
     * @param poolSize most connections of the pool
     * @throws DatabaseFailure if it cannot be reached
     * @throws NotDurable if it would lose acknowledged commits
     */
    public static Database open(
            String url, @Nullable String user, @Nullable String password, int poolSize, String schema) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("daybook-pool");
        config.setJdbcUrl(durable(url));
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(poolSize);
        config.setMinimumIdle(1);
        if (url.toUpperCase(Locale.ROOT).contains("AUTO_SERVER=TRUE")) {
            // Processes that open the same file at once refuse each other for seconds before one of them serves the
            // others.
            config.setInitializationFailTimeout(AUTO_SERVER_PATIENCE.toMillis());
        }
        if (url.startsWith("jdbc:postgresql:")) {
            // A connection that died silently is found by the kernel, not by the next append.
            config.addDataSourceProperty("tcpKeepAlive", "true");
            if (!url.contains("logServerErrorDetail=")) {
                // The detail of an error shows the row, and errors are logged.
                config.addDataSourceProperty("logServerErrorDetail", "false");
            }
            if (!url.contains("ApplicationName=")) {
                config.addDataSourceProperty("ApplicationName", "daybook");
            }
        }
        HikariDataSource pool;
        try {
            pool = new HikariDataSource(config);
        } catch (RuntimeException e) {
            Throwable root = e.getCause() == null ? e : e.getCause();
            throw new DatabaseFailure(
                    "Cannot connect to %s: %s. Check the URL, the user and the password, and that the database runs."
                            .formatted(withoutSecrets(url), root.getMessage()),
                    e);
        }
        try {
            return inspect(pool, pool, schema);
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    /**
     * The database behind a data source of the application, which stays the application's.
     *
     * @throws DatabaseFailure if it cannot be reached
     * @throws NotDurable if it would lose acknowledged commits
     */
    public static Database of(DataSource dataSource, String schema) {
        return inspect(dataSource, null, schema);
    }

    private static Database inspect(DataSource dataSource, @Nullable HikariDataSource ownPool, String schema) {
        try (Connection connection = dataSource.getConnection()) {
            String product = connection.getMetaData().getDatabaseProductName();
            return switch (product.toLowerCase(Locale.ROOT)) {
                case "h2" -> {
                    makeDurable(connection);
                    yield new Database(dataSource, ownPool, schema, Kind.H2);
                }
                case "postgresql" -> new Database(dataSource, ownPool, schema, Kind.POSTGRESQL);
                default ->
                    throw new DatabaseFailure(
                            "Daybook runs on H2 and PostgreSQL, found %s. Use one of these two.".formatted(product));
            };
        } catch (SQLException e) {
            throw new DatabaseFailure("Connecting to the database", e);
        }
    }

    private static String durable(String url) {
        return withH2Setting(withH2Setting(url, "WRITE_DELAY"), "TRACE_LEVEL_FILE");
    }

    /** That setting is 0, unless the URL says something else. H2's trace file repeats on stdout and stderr what we say anyway. */
    private static String withH2Setting(String url, String setting) {
        boolean tells = url.toUpperCase(Locale.ROOT).contains(setting + "=");
        return url.startsWith("jdbc:h2:") && !tells ? url + ";" + setting + "=0" : url;
    }

    /** H2 acknowledges a commit before it wrote it, unless told otherwise. In memory there is nothing to write. */
    private static void makeDurable(Connection connection) throws SQLException {
        if (connection.getMetaData().getURL().startsWith("jdbc:h2:mem:")) {
            return;
        }
        String writeDelay = writeDelay(connection);
        if (!writeDelay.equals("0")) {
            try (PreparedStatement set = connection.prepareStatement("set write_delay 0")) {
                set.execute();
            } catch (SQLException e) {
                if (!SqlStates.isForbidden(e)) {
                    throw e;
                }
                throw new NotDurable(writeDelay);
            }
            if (!writeDelay(connection).equals("0")) {
                throw new NotDurable(writeDelay);
            }
        }
    }

    private static String writeDelay(Connection connection) throws SQLException {
        String sql = """
                select setting_value
                from information_schema.settings
                where setting_name = 'WRITE_DELAY'
                """;
        try (PreparedStatement query = connection.prepareStatement(sql);
                ResultSet row = query.executeQuery()) {
            return row.next() ? row.getString(1) : "500";
        }
    }

    public Kind kind() {
        return kind;
    }

    public boolean isPostgresql() {
        return kind == Kind.POSTGRESQL;
    }

    public String schema() {
        return schema;
    }

    public DataSource dataSource() {
        return dataSource;
    }

    /** How many connections its pool has; empty if nobody knows, as of a data source of the application that is no pool we know. */
    public OptionalInt poolSize() {
        return dataSource instanceof HikariDataSource pool
                ? OptionalInt.of(pool.getMaximumPoolSize())
                : OptionalInt.empty();
    }

    /** Whether {@link #standingConnection} and {@link #inTransactionOutsideThePool} take nothing from the pool. */
    public boolean canConnectOutsideThePool() {
        return dataSource instanceof HikariDataSource hikari && hikari.getJdbcUrl() != null;
    }

    /** A statement written for the schema {@code daybook}, for the schema of this database. */
    public String sql(String statement) {
        return schema.equals(WRITTEN_SCHEMA)
                ? statement
                : TABLE.matcher(statement).replaceAll(Matcher.quoteReplacement(schema + "."));
    }

    /** jOOQ on that connection, its generated tables in the schema of this database. */
    public DSLContext jooq(Connection connection) {
        return DSL.using(connection, kind.dialect, settings);
    }

    /** jOOQ on that connection as an application expects it: nothing of ours in its settings. */
    public DSLContext applicationJooq(Connection connection) {
        return DSL.using(connection, kind.dialect);
    }

    /** jOOQ without a connection, to render a statement once and use it often. */
    public DSLContext jooq() {
        return DSL.using(kind.dialect, settings);
    }

    /**
     * Does that on a connection with autocommit on, one transaction per statement.
     *
     * @param what names it in an error: "Reading the history of order o-1"
     * @throws DatabaseFailure if the database cannot
     */
    public <T> T call(String what, SqlCall<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            return withAutoCommit(connection, true, work);
        } catch (SQLException e) {
            throw new DatabaseFailure(what, e);
        }
    }

    /**
     * The same, for what has no result.
     *
     * @param what names it in an error
     * @throws DatabaseFailure if the database cannot
     */
    public void run(String what, SqlAction work) {
        call(what, c -> {
            work.on(c);
            return true;
        });
    }

    /**
     * Does that in one transaction, committed when it returns and rolled back when it throws.
     *
     * @throws SQLException as the database said it, for callers that decide by it
     */
    public <T> T inTransaction(SqlCall<T> work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return inTransaction(connection, work);
        }
    }

    /**
     * The same on a {@link #standingConnection}: for who needs several at once, which a pool would make one after the other, some tens of
     * milliseconds apart.
     *
     * @throws SQLException as the database said it
     */
    public <T> T inTransactionOutsideThePool(SqlCall<T> work) throws SQLException {
        try (Connection connection = standingConnection()) {
            return inTransaction(connection, work);
        }
    }

    private static <T> T inTransaction(Connection connection, SqlCall<T> work) throws SQLException {
        return withAutoCommit(connection, false, c -> {
            try {
                T result = work.on(c);
                c.commit();
                return result;
            } catch (SQLException | RuntimeException | Error e) {
                rollBack(c, e);
                throw e;
            }
        });
    }

    /**
     * The same, for callers that only need to know that it failed.
     *
     * @param what names it in an error
     * @throws DatabaseFailure if the database cannot
     */
    public <T> T transaction(String what, SqlCall<T> work) {
        try {
            return inTransaction(work);
        } catch (SQLException e) {
            throw new DatabaseFailure(what, e);
        }
    }

    /** An application's pool may hand out connections either way, and gets them back as they were. */
    private static <T> T withAutoCommit(Connection connection, boolean autoCommit, SqlCall<T> work)
            throws SQLException {
        boolean before = connection.getAutoCommit();
        if (before != autoCommit) {
            connection.setAutoCommit(autoCommit);
        }
        try {
            return work.on(connection);
        } catch (DataAccessException e) {
            // jOOQ's own error must not come out of our doors: what the database said is inside.
            SQLException said = e.getCause(SQLException.class);
            if (said == null) {
                throw e;
            }
            throw said;
        } finally {
            if (before != autoCommit && !connection.isClosed()) {
                connection.setAutoCommit(before);
            }
        }
    }

    /** Rolls back because of that failure; a connection that cannot is closed, and does no more harm. */
    public static void rollBack(Connection connection, Throwable because) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // The first failure tells what went wrong; this one usually only that the connection is gone. If it is not,
            // what was done on it must not be committed when autocommit is switched on again.
            because.addSuppressed(e);
            close(connection, because);
        }
    }

    private static void close(Connection connection, Throwable because) {
        try {
            connection.close();
        } catch (SQLException e) {
            because.addSuppressed(e);
        }
    }

    /**
     * A connection outside the pool, the caller's to close: for LISTEN, which holds it for as long as the daybook is open. From
     * a data source that does not tell its URL, one of its own connections.
     */
    public Connection standingConnection() throws SQLException {
        if (canConnectOutsideThePool()) {
            HikariDataSource hikari = (HikariDataSource) dataSource;
            Properties properties = new Properties();
            properties.putAll(hikari.getDataSourceProperties());
            if (hikari.getUsername() != null) {
                properties.setProperty("user", hikari.getUsername());
            }
            if (hikari.getPassword() != null) {
                properties.setProperty("password", hikari.getPassword());
            }
            if (isPostgresql() && !hikari.getJdbcUrl().contains("socketFactory=")) {
                properties.putIfAbsent("socketFactory", PromptSocketFactory.class.getName());
            }
            return DriverManager.getConnection(hikari.getJdbcUrl(), properties);
        }
        return dataSource.getConnection();
    }

    private static String withoutSecrets(String url) {
        return url.replaceAll("(?i)(password=)[^;&]*", "$1***");
    }

    /** Closes the pool if this database opened it. */
    @Override
    public void close() {
        if (ownPool != null) {
            ownPool.close();
        }
    }

    /** Something done on a connection, without result. */
    @FunctionalInterface
    public interface SqlAction {
        void on(Connection connection) throws SQLException;
    }

    /** Something done on a connection. */
    @FunctionalInterface
    public interface SqlCall<T> {
        T on(Connection connection) throws SQLException;
    }
}
