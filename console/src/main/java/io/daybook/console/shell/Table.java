package io.daybook.console.shell;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows in columns, for people. The widths are those of the first rows; later ones are printed as they come, so that a table may be of
 * any length. Nothing is cut: where a cell is wider than its column, the row goes on below, in line. The last column is not padded.
 */
public final class Table implements AutoCloseable {

    private static final int SAMPLE = 200;
    private static final int WIDEST = 80;

    private final PrintWriter out;
    private final List<String[]> waiting = new ArrayList<>();
    private int @org.jspecify.annotations.Nullable [] widths;

    /** A column per heading; one that begins with {@code >} is aligned to the right. */
    public Table(PrintWriter out, String... headings) {
        this.out = out;
        this.waiting.add(headings);
    }

    public void row(Object... cells) {
        String[] row = new String[cells.length];
        for (int i = 0; i < cells.length; i++) {
            row[i] = Messages.shown(String.valueOf(cells[i]));
        }
        if (widths == null) {
            waiting.add(row);
            if (waiting.size() > SAMPLE) {
                flush();
            }
        } else {
            print(row, widths);
        }
    }

    /** Prints what waits; later rows are printed at once. Without rows there is no table. */
    public void flush() {
        if (widths == null && waiting.size() > 1) {
            String[] headings = waiting.get(0);
            boolean[] right = new boolean[headings.length];
            for (int i = 0; i < headings.length; i++) {
                right[i] = headings[i].startsWith(">");
                headings[i] = right[i] ? headings[i].substring(1) : headings[i];
            }
            int[] measured = measure(headings.length);
            for (int i = 0; i < right.length; i++) {
                measured[i] = right[i] ? -measured[i] : measured[i];
            }
            widths = measured;
            for (String[] row : waiting) {
                print(row, measured);
            }
            waiting.clear();
        }
        out.flush();
    }

    private int[] measure(int columns) {
        int[] measured = new int[columns];
        for (String[] row : waiting) {
            for (int i = 0; i < columns; i++) {
                measured[i] = Math.min(WIDEST, Math.max(measured[i], length(row[i])));
            }
        }
        return measured;
    }

    /** @param columns the width of each; negative = aligned to the right */
    private void print(String[] row, int[] columns) {
        StringBuilder line = new StringBuilder();
        int begin = 0;
        for (int i = 0; i < row.length; i++) {
            boolean last = i == row.length - 1;
            int width = Math.abs(columns[i]);
            String padding = " ".repeat(Math.max(0, width - length(row[i])));
            line.append(columns[i] < 0 ? padding + row[i] : row[i] + padding);
            begin += width + 2;
            if (!last && length(row[i]) > width) {
                out.println(line);
                line = new StringBuilder(" ".repeat(begin));
            } else {
                line.append("  ");
            }
        }
        out.println(line.toString().stripTrailing());
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    @Override
    public void close() {
        flush();
    }
}
