package io.daybook.bench;

/**
 * What was found: one row of a table.
 *
 * @param what was measured
 * @param found once per turn; its median counts
 * @param unit of the numbers, such as {@code ms}; {@code ×} for a ratio
 * @param decimals digits after the point
 * @param target for the median
 * @param detail what else was seen, such as the rates behind a ratio; may be empty
 */
public record Row(String what, Series found, String unit, int decimals, Target target, String detail) {

    public Row {
        if (found.size() == 0) {
            throw new IllegalArgumentException("Nothing was measured: %s.".formatted(what));
        }
    }

    /** One of the two sides divided by the other, turn by turn. */
    public static Row ratio(String what, Series ratios, Target target, String detail) {
        return new Row(what, ratios, "×", 2, target, detail);
    }

    /** {@code 1.23 (1.10–1.31) ms}. */
    public String result() {
        return found.text(decimals) + (unit.equals("×") ? "" : " " + unit);
    }
}
