package io.daybook.bench;

/** Does one transaction after the other, on one thread. */
public interface Writer extends AutoCloseable {

    /** Events are durable when this returns. */
    void write(int events) throws Exception;

    @Override
    default void close() throws java.sql.SQLException {}
}
