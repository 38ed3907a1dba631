package io.daybook;

import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Things as rows, to be handed to PostgreSQL column by column; one element per row. Arrays of exactly these types are those that the driver
 * sends as they are, and not as text. Nulls at the end are left out, so that a column of nothing costs nothing: {@code unnest} of several
 * arrays and a subscript make nulls of them again.
 */
record Columns<T>(Connection connection, List<T> rows) {

    Array text(Function<? super T, ? extends @Nullable String> column) throws SQLException {
        return of("text", String[]::new, column);
    }

    /** What all rows have in this column; null where they differ, or have nothing there. */
    <V> @Nullable V inCommon(Function<? super T, ? extends @Nullable V> column) {
        V first = column.apply(rows.get(0));
        for (int i = 1; first != null && i < rows.size(); i++) {
            if (!first.equals(column.apply(rows.get(i)))) {
                return null;
            }
        }
        return first;
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
        int length = 0;
        for (int i = 0; i < elements.length; i++) {
            elements[i] = column.apply(rows.get(i));
            if (elements[i] != null) {
                length = i + 1;
            }
        }
        return connection.createArrayOf(type, length == elements.length ? elements : Arrays.copyOf(elements, length));
    }
}
