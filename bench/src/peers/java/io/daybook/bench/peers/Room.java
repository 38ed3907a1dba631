package io.daybook.bench.peers;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.daybook.bench.Server;
import java.sql.SQLException;

/** Where a suite's tables are: Daybook's and the plain ones in one schema, the peer's in another. */
final class Room {

    static final String DAYBOOK = "daybook_bench";
    static final String PEER = "daybook_bench_peer";
    static final String PLAIN = DAYBOOK + ".plain";

    private Room() {}

    /** Both, empty. */
    static void clear(Server server) throws SQLException {
        leave(server);
        server.execute("create schema " + PEER);
    }

    static void leave(Server server) throws SQLException {
        server.drop(DAYBOOK);
        server.drop(PEER);
    }

    /** A table that is as {@code events} is, once that is there. */
    static void plainTable(Server server) throws SQLException {
        server.execute("create table %s (like %s.events including all)".formatted(PLAIN, DAYBOOK));
    }

    /** The peer's connections, the caller's to close. */
    static HikariDataSource connections(Server server, int size, boolean autoCommit) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url(server));
        config.setUsername(server.user());
        config.setPassword(server.password());
        config.setMaximumPoolSize(size);
        config.setAutoCommit(autoCommit);
        return new HikariDataSource(config);
    }

    /** Batches are rewritten for the peers as they are for plain JDBC. */
    static String url(Server server) {
        String url = server.url();
        return url + (url.contains("?") ? "&" : "?") + "reWriteBatchedInserts=true&currentSchema=" + PEER;
    }
}
