package io.daybook.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** The same measurement several times: its median, and how far it went either way. */
public final class Series {

    private final List<Double> values = new ArrayList<>();

    /** A measurement that was made once. */
    public static Series of(double value) {
        Series series = new Series();
        series.add(value);
        return series;
    }

    public void add(double value) {
        values.add(value);
    }

    /** What that turn found; 0 = the first. */
    public double get(int turn) {
        return values.get(turn);
    }

    public double last() {
        return values.get(values.size() - 1);
    }

    public int size() {
        return values.size();
    }

    public double median() {
        List<Double> sorted = sorted();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private List<Double> sorted() {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted;
    }

    /** {@code 1.23 (1.10–1.31)}, {@code 1.23} where it was measured once. */
    public String text(int decimals) {
        List<Double> sorted = sorted();
        String number = "%." + decimals + "f";
        if (sorted.size() == 1) {
            return String.format(Locale.ROOT, number, sorted.get(0));
        }
        return String.format(
                Locale.ROOT,
                number + " (" + number + "–" + number + ")",
                median(),
                sorted.get(0),
                sorted.get(sorted.size() - 1));
    }
}
