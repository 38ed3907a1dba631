package io.daybook.bench;

import java.util.Locale;

/** What a median should be. */
public sealed interface Target {

    /** Nothing was asked. */
    record None() implements Target {
        @Override
        public boolean isMetBy(double median) {
            return true;
        }

        @Override
        public String text() {
            return "";
        }
    }

    /** That or more. */
    record AtLeast(double limit) implements Target {
        @Override
        public boolean isMetBy(double median) {
            return median >= limit;
        }

        @Override
        public String text() {
            return String.format(Locale.ROOT, "≥ %.2f", limit);
        }
    }

    /** That or less. */
    record AtMost(double limit) implements Target {
        @Override
        public boolean isMetBy(double median) {
            return median <= limit;
        }

        @Override
        public String text() {
            return String.format(Locale.ROOT, "≤ %.2f", limit);
        }
    }

    static Target none() {
        return new None();
    }

    static Target atLeast(double limit) {
        return new AtLeast(limit);
    }

    static Target atMost(double limit) {
        return new AtMost(limit);
    }

    boolean isMetBy(double median);

    /** For the table; empty if nothing was asked. */
    String text();
}
