package io.daybook.migrations;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;

/** A process that dies at its n-th call to the database: all its connections go at once, and it gets no more. */
final class CrashingDataSource extends ForwardingDataSource {

    private static final Set<String> CALLS =
            Set.of("execute", "executeQuery", "executeUpdate", "executeBatch", "commit");

    private final DataSource target;
    private final List<Connection> connections = new ArrayList<>();
    private int callsLeft;

    CrashingDataSource(DataSource target, int calls) {
        this.target = target;
        this.callsLeft = calls;
    }

    /** Whether the work was done before the calls ran out. */
    boolean survives(Runnable work) {
        try {
            work.run();
            return true;
        } catch (MigrationException e) {
            if (callsLeft > 0) {
                throw e;
            }
            return false;
        }
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (callsLeft <= 0) {
            throw new SQLException("This process is dead.", "XXXXX");
        }
        Connection connection = target.getConnection();
        connections.add(connection);
        return dying(Connection.class, connection);
    }

    private <T> T dying(Class<T> type, T mortal) {
        return type.cast(Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (CALLS.contains(method.getName())) {
                        live();
                    }
                    try {
                        Object result = method.invoke(mortal, arguments);
                        if (result instanceof PreparedStatement statement) {
                            return dying(PreparedStatement.class, statement);
                        }
                        return result instanceof Statement statement ? dying(Statement.class, statement) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private void live() throws SQLException {
        callsLeft--;
        if (callsLeft == 0) {
            for (Connection connection : connections) {
                connection.close();
            }
        }
        if (callsLeft <= 0) {
            throw new SQLException("This process is dead.", "XXXXX");
        }
    }
}
