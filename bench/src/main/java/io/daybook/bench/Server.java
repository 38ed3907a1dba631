package io.daybook.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The PostgreSQL that is measured: one that was named, or one of our own that ends with this object. */
public final class Server implements AutoCloseable {

    /** What a number means depends on these. */
    private static final List<String> SETTINGS = List.of(
            "server_version",
            "fsync",
            "synchronous_commit",
            "full_page_writes",
            "shared_buffers",
            "max_wal_size",
            "checkpoint_timeout",
            "wal_sync_method",
            "wal_level",
            "wal_compression",
            "max_connections",
            "autovacuum",
            "jit");

    /** Embedded servers are made for tests, and lose data for speed; ours are as durable as an installed one. */
    private static final Map<String, String> AS_DURABLE =
            Map.of("fsync", "on", "synchronous_commit", "on", "max_connections", "100");

    private final String url;
    private final @Nullable String user;
    private final @Nullable String password;
    private final @Nullable Closeable own;

    private Server(String url, @Nullable String user, @Nullable String password, @Nullable Closeable own) {
        this.url = url;
        this.user = user;
        this.password = password;
        this.own = own;
    }

    static Server at(String url, @Nullable String user, @Nullable String password) {
        return new Server(url, user, password, null);
    }

    static Server ofOurOwn() throws IOException {
        return ofOurOwn(Map.of());
    }

    /**
     * One more, the caller's to close, for what the server of the others is not set up for.
     *
     * @param settings besides those that all have, such as {@code wal_level}
     */
    public static Server ofOurOwn(Map<String, String> settings) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder();
        AS_DURABLE.forEach(builder::setServerConfig);
        settings.forEach(builder::setServerConfig);
        EmbeddedPostgres postgres = builder.start();
        return new Server(postgres.getJdbcUrl("postgres", "postgres"), "postgres", null, postgres);
    }

    /**
     * One made with the PostgreSQL that is installed on this machine, the caller's to close, for an extension that the embedded one does not
     * have. As durable as the embedded one.
     *
     * @return empty if nothing installed has the extension
     */
    public static Optional<Server> installedWith(String extension) throws IOException {
        Optional<Path> programs = Installed.with(extension);
        if (programs.isEmpty()) {
            return Optional.empty();
        }
        Installed postgres = Installed.start(programs.get(), AS_DURABLE);
        return Optional.of(new Server(postgres.url(), "postgres", null, postgres));
    }

    /** {@code 18.6}, and what its maker adds. */
    public String version() throws SQLException {
        return settings().getOrDefault("server_version", "");
    }

    /** What a number measured on it depends on: {@code server_version=15.18, fsync=on, …}. */
    public String about() throws SQLException {
        List<String> words = new ArrayList<>();
        settings().forEach((name, value) -> words.add(name + "=" + value));
        return String.join(", ", words);
    }

    public String url() {
        return url;
    }

    public @Nullable String user() {
        return user;
    }

    public @Nullable String password() {
        return password;
    }

    /**
     * A connection, the caller's to close.
     *
     * @param options for the driver, such as {@code reWriteBatchedInserts=true}
     */
    public Connection connect(String options) throws SQLException {
        String with = options.isEmpty() ? url : url + (url.contains("?") ? "&" : "?") + options;
        return DriverManager.getConnection(with, user, password);
    }

    /** Each suite has a schema of its own, so that none measures what another left. */
    public void drop(String schema) throws SQLException {
        execute("drop schema if exists " + schema + " cascade");
    }

    public void execute(String sql) throws SQLException {
        try (Connection connection = connect("");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** So that what was written before is no burden of what is measured next. Where this user may not, it is left to the server. */
    void checkpoint() throws SQLException {
        try {
            execute("checkpoint");
        } catch (SQLException e) {
            if (!"42501".equals(e.getSQLState())) {
                throw e;
            }
        }
    }

    public long number(String sql) throws SQLException {
        try (Connection connection = connect("");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    Map<String, String> settings() throws SQLException {
        Map<String, String> settings = new LinkedHashMap<>();
        try (Connection connection = connect("");
                Statement statement = connection.createStatement()) {
            for (String name : SETTINGS) {
                try (ResultSet row = statement.executeQuery("show " + name)) {
                    row.next();
                    settings.put(name, row.getString(1));
                }
            }
        }
        return settings;
    }

    @Override
    public void close() throws IOException {
        if (own != null) {
            own.close();
        }
    }
}
