package io.daybook.migrations;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** What every data source of the tests has: {@link #getConnection()}, and nothing else that anybody should call. */
abstract class ForwardingDataSource implements DataSource {

    /** Work at the end of a connection. */
    interface Closing {
        void run() throws Exception;
    }

    /** The connection, whose first close does this instead. */
    static Connection intercepting(Connection connection, Closing close) {
        AtomicBoolean closed = new AtomicBoolean();
        return proxy(Connection.class, connection, "close", () -> {
            if (closed.compareAndSet(false, true)) {
                close.run();
            }
            return null;
        });
    }

    /** The target, but for this one method without parameters. */
    static <T> T proxy(Class<T> type, T target, String methodName, Callable<?> instead) {
        return type.cast(Proxy.newProxyInstance(
                ForwardingDataSource.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getName().equals(methodName)) {
                        return instead.call();
                    }
                    try {
                        return method.invoke(target, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    @Override
    public Connection getConnection(String username, String password) {
        throw new UnsupportedOperationException();
    }

    @Override
    public PrintWriter getLogWriter() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setLoginTimeout(int seconds) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
