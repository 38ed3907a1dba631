package io.daybook.testkit;

import io.daybook.migrations.Migrations;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A PostgreSQL server to make databases in: each a clone of one that was migrated once. Thread-safe. */
final class PostgresCluster {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresCluster.class);

    /**
     * The driver sets the time zone of a session to the JVM's when it connects, whatever the database says; a trigger at login
     * comes after that.
     */
    private static final String ODD_TIME_ZONE = """
            create schema testkit;
            create function testkit.odd_time_zone() returns event_trigger language plpgsql as $$
            begin
                perform pg_catalog.set_config('TimeZone', '%1$s', false);
            end $$;
            create event trigger odd_time_zone on login execute function testkit.odd_time_zone();
            alter event trigger odd_time_zone enable always;
            """.formatted(TestDatabase.TIME_ZONE);

    /** Login triggers came with PostgreSQL 17. */
    private static final int FIRST_WITH_LOGIN_TRIGGER = 170_000;

    /** Of the database, so not part of a clone. */
    private static final String ODD_SETTINGS = """
            alter database %1$s set bytea_output = 'escape';
            alter database %1$s set IntervalStyle = 'sql_standard';
            alter database %1$s set timezone = '%2$s';
            """;

    private final PGSimpleDataSource admin;
    private final String user;
    private final String password;
    private @Nullable String template;

    /** @param url of a superuser, with any database of the server */
    PostgresCluster(String url, @Nullable String user, @Nullable String password) {
        this.admin = new PGSimpleDataSource();
        admin.setUrl(url);
        if (user != null) {
            admin.setUser(user);
        }
        if (password != null) {
            admin.setPassword(password);
        }
        this.user = admin.getUser() == null ? System.getProperty("user.name", "postgres") : admin.getUser();
        this.password = admin.getPassword() == null ? "" : admin.getPassword();
    }

    String user() {
        return user;
    }

    String password() {
        return password;
    }

    /** Of several hosts it names them all, and how to choose among them. */
    String url(String database) {
        String[] names = admin.getServerNames();
        int[] ports = admin.getPortNumbers();
        List<String> hosts = new ArrayList<>();
        for (int host = 0; host < names.length; host++) {
            hosts.add("%s:%d".formatted(names[host], ports[host] == 0 ? 5432 : ports[host]));
        }
        String choice = hosts.size() == 1
                ? ""
                : "?targetServerType=%s&hostRecheckSeconds=%d&connectTimeout=%d"
                        .formatted(
                                admin.getTargetServerType(), admin.getHostRecheckSeconds(), admin.getConnectTimeout());
        return "jdbc:postgresql://%s/%s%s".formatted(String.join(",", hosts), database, choice);
    }

    PGSimpleDataSource dataSource(String database) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(url(database));
        dataSource.setUser(user);
        dataSource.setPassword(password);
        return dataSource;
    }

    /** A new database. @return its name */
    String create() {
        String name = newName("test");
        execute(
                admin,
                "create database %s template %s".formatted(name, template()),
                ODD_SETTINGS.formatted(name, TestDatabase.TIME_ZONE));
        return name;
    }

    void drop(String name) {
        execute(admin, "drop database if exists %s with (force)".formatted(name));
    }

    private synchronized String template() {
        if (template == null) {
            String name = newName("template");
            execute(admin, "create database " + name);
            Migrations.of(dataSource(name), "daybook").migrate();
            if (version() >= FIRST_WITH_LOGIN_TRIGGER) {
                execute(dataSource(name), ODD_TIME_ZONE);
            }
            template = name;
        }
        return template;
    }

    /** For a server that stays when we go. */
    synchronized void dropTemplate() {
        if (template != null) {
            drop(template);
            template = null;
        }
    }

    /** The server's data are gone, and with them the template. */
    synchronized void forgetTemplate() {
        template = null;
    }

    private int version() {
        try (Connection connection = admin.getConnection();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("select current_setting('server_version_num')::int")) {
            row.next();
            return row.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot ask PostgreSQL for its version.", e);
        }
    }

    private static String newName(String kind) {
        return "daybook_%s_%s"
                .formatted(kind, UUID.randomUUID().toString().replace("-", "").substring(0, 12));
    }

    private static void execute(PGSimpleDataSource where, String... statements) {
        try (Connection connection = where.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                LOG.debug("{}", sql);
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("PostgreSQL refused: " + String.join("; ", statements), e);
        }
    }
}
