package io.daybook.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.database.Database;
import io.daybook.testkit.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** A pool of the application's own whose connections cannot roll back. */
class FailedRollbackTest {

    @Test
    void what_could_not_be_rolled_back_is_not_committed_by_giving_the_connection_back() throws Exception {
        try (TestDatabase database = TestDatabase.h2();
                Connection keeper = database.connect();
                Statement statement = keeper.createStatement()) {
            statement.execute("create table own (number int not null)");
            Database broken = Database.of(withoutRollback(database.dataSource()), "daybook");

            assertThatThrownBy(() -> broken.inTransaction(c -> {
                        try (Statement insert = c.createStatement()) {
                            insert.execute("insert into own (number) values (1)");
                        }
                        throw new IllegalStateException("on purpose");
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));

            try (ResultSet row = statement.executeQuery("select count(*) from own")) {
                row.next();
                assertThat(row.getInt(1)).isZero();
            }
        }
    }

    private static DataSource withoutRollback(DataSource dataSource) {
        return intercepting(
                DataSource.class,
                dataSource,
                result -> result instanceof Connection connection
                        ? intercepting(Connection.class, connection, UnaryOperator.identity())
                        : result);
    }

    private static <T> T intercepting(Class<T> type, T target, UnaryOperator<Object> result) {
        return type.cast(Proxy.newProxyInstance(
                FailedRollbackTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getName().equals("rollback")) {
                        throw new SQLException("on purpose", "08000");
                    }
                    try {
                        return result.apply(method.invoke(target, arguments));
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
