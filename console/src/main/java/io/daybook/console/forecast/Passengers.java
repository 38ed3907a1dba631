package io.daybook.console.forecast;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.YearMonth;
import java.util.SortedMap;
import java.util.TreeMap;

/** The data of the demo: {@code passengers.csv}, which says where it is from. One month in it has no number, on purpose. */
final class Passengers {

    private static final String FILE = "passengers.csv";

    private Passengers() {}

    /** What the file says of each month. */
    static SortedMap<YearMonth, String> read() {
        SortedMap<YearMonth, String> months = new TreeMap<>();
        try (InputStream file = Passengers.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException("%s is missing beside this class. Build again.".formatted(FILE));
            }
            new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .skip(1)
                    .map(line -> line.split(",", 2))
                    .forEach(cells -> months.put(YearMonth.parse(cells[0]), cells[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return months;
    }
}
