package io.daybook;

import io.daybook.event.Value;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/** Rows of a query as text in columns, the same on both databases: times in UTC, objects and arrays as canonical JSON, null as nothing. */
final class PrintedRows {

    private PrintedRows() {}

    static String of(Connection connection, String query) throws SQLException {
        List<List<String>> lines = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            int columns = rows.getMetaData().getColumnCount();
            List<String> header = new ArrayList<>();
            for (int column = 1; column <= columns; column++) {
                header.add(rows.getMetaData().getColumnLabel(column).toLowerCase(java.util.Locale.ROOT));
            }
            lines.add(header);
            while (rows.next()) {
                List<String> line = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    line.add(cell(rows, column));
                }
                lines.add(line);
            }
        }
        return inColumns(lines);
    }

    private static String cell(ResultSet rows, int column) throws SQLException {
        int type = rows.getMetaData().getColumnType(column);
        if (type == Types.TIMESTAMP_WITH_TIMEZONE
                || rows.getMetaData().getColumnTypeName(column).equals("timestamptz")) {
            OffsetDateTime time = rows.getObject(column, OffsetDateTime.class);
            return time == null ? "" : time.toInstant().toString();
        }
        String text = rows.getString(column);
        if (text == null) {
            return "";
        }
        if (text.startsWith("{") || text.startsWith("[")) {
            return Value.ofJson(text).json();
        }
        // As a control character it would not be seen.
        return text.replace("\n", "\\n").replace("\u0001", "\\u0001");
    }

    private static String inColumns(List<List<String>> lines) {
        StringBuilder printed = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder row = new StringBuilder();
            for (int column = 0; column < line.size(); column++) {
                int index = column;
                int width = lines.stream()
                        .map(l -> l.get(index))
                        .mapToInt(cell -> cell.codePointCount(0, cell.length()))
                        .max()
                        .orElse(0);
                String cell = line.get(column);
                row.append(cell)
                        .append(" ".repeat(width - cell.codePointCount(0, cell.length())))
                        .append("  ");
            }
            printed.append(row.toString().stripTrailing()).append('\n');
        }
        return printed.toString();
    }
}
