package io.daybook;

import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Things as rows, to be handed to PostgreSQL column by column; one element per row. Arrays of exactly these types are those that the driver
 * sends as they are, and not as text.
 */
record Columns<T>(Connection connection, List<T> rows) {

    Array text(Function<? super T, ? extends @Nullable String> column) throws SQLException {
        return of("text", String[]::new, column);
    }

    Array bigint(Function<? super T, ? extends @Nullable Long> column) throws SQLException {
        return of("bigint", Long[]::new, column);
    }

    Array integer(Function<? super T, Integer> column) throws SQLException {
        return of("integer", Integer[]::new, column);
    }

    private <E> Array of(String type, IntFunction<E[]> empty, Function<? super T, ? extends @Nullable E> column)
            throws SQLException {
        @Nullable E[] elements = empty.apply(rows.size());
        for (int i = 0; i < elements.length; i++) {
            elements[i] = column.apply(rows.get(i));
        }
        return connection.createArrayOf(type, elements);
    }
}
