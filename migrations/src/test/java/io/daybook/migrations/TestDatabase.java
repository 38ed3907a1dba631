package io.daybook.migrations;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** One database of one test, as a data source that opens a connection per call and counts those that are open. */
final class TestDatabase extends ForwardingDataSource {

    private final String url;
    private final String user;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger openMax = new AtomicInteger();

    TestDatabase(String url, String user) {
        this.url = url;
        this.user = user;
    }

    String url() {
        return url;
    }

    String user() {
        return user;
    }

    /** The same database for another user. */
    TestDatabase as(String otherUser) {
        // Only an administrator may set that, and the one who opened the database did.
        return new TestDatabase(url.replace(";DB_CLOSE_DELAY=-1", ""), otherUser);
    }

    int open() {
        return open.get();
    }

    int openMax() {
        return openMax.get();
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = DriverManager.getConnection(url, user, "");
        openMax.accumulateAndGet(open.incrementAndGet(), Math::max);
        return intercepting(connection, () -> {
            open.decrementAndGet();
            connection.close();
        });
    }

    void execute(String... statements) throws SQLException {
        try (Connection connection = getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The rows, columns joined by blanks. */
    List<String> query(String sql) throws SQLException {
        try (Connection connection = getConnection()) {
            return query(connection, sql);
        }
    }

    static List<String> query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> result = new ArrayList<>();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(String.valueOf(rows.getString(i)));
                }
                result.add(String.join(" ", row));
            }
            return result;
        }
    }
}
