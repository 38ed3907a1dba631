package io.daybook;

import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Things as rows, to be handed to PostgreSQL column by column. */
record Columns<T>(Connection connection, List<T> rows) {

    /** One element per row. */
    Array of(String type, Function<? super T, ? extends @Nullable Object> column) throws SQLException {
        Object[] elements = new Object[rows.size()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = column.apply(rows.get(i));
        }
        return connection.createArrayOf(type, elements);
    }
}
