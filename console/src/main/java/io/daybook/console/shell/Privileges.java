package io.daybook.console.shell;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** What a database user may do. */
final class Privileges {

    private Privileges() {}

    /**
     * Whether the tables are there and this user may not append to them. Asked before the daybook is opened, whose sequencer would
     * complain too. Whatever else is wrong is said by opening it.
     */
    static boolean mayNotAppend(String url, @Nullable String user, @Nullable String password, String schema) {
        if (!url.startsWith("jdbc:postgresql:")) {
            return false;
        }
        Properties properties = new Properties();
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        // An application may insert into some columns only.
        String sql = "select not has_any_column_privilege(to_regclass(?), 'insert')";
        try (Connection connection = DriverManager.getConnection(url, properties);
                PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, "\"%s\".events".formatted(schema));
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        } catch (SQLException e) {
            return false;
        }
    }
}
