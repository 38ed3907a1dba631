package io.daybook.console.forecast;

import io.daybook.event.Value;
import io.daybook.scenarios.config.Configuration;
import io.daybook.scenarios.config.DataNodeConfig;
import io.daybook.scenarios.config.Frequency;
import io.daybook.scenarios.config.ScenarioConfig;
import io.daybook.scenarios.config.Scope;
import io.daybook.scenarios.config.TaskConfig;
import java.time.YearMonth;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the pipeline is made of. A scenario is a month: what was known before ({@code history}, shared by all) gives a {@code forecast}, which is
 * compared with the {@code actual} number.
 */
final class Forecasting {

    /** The kind of its scenarios. */
    static final String MONTH = "month";

    static final String TARGET = "target_month";
    static final String ACTUAL = "actual";
    static final String FORECAST = "forecast";
    static final String ERROR = "error_percent";

    private static final String HISTORY = "history";
    private static final int EARLIEST = 1900;

    private Forecasting() {}

    /** All of it. What is no number is no part of the history. */
    static Configuration configuration(Map<YearMonth, String> passengers) {
        Map<String, Integer> numbers = new TreeMap<>();
        passengers.forEach((month, text) -> {
            if (text.chars().allMatch(Character::isDigit)) {
                numbers.put(month.toString(), Integer.valueOf(text));
            }
        });
        DataNodeConfig history = DataNodeConfig.of(HISTORY).scope(Scope.GLOBAL).defaultData(numbers);
        DataNodeConfig target = DataNodeConfig.of(TARGET);
        DataNodeConfig actual = DataNodeConfig.of(ACTUAL);
        DataNodeConfig forecast = DataNodeConfig.of(FORECAST);
        DataNodeConfig error = DataNodeConfig.of(ERROR);
        return Configuration.of(ScenarioConfig.of(
                        MONTH,
                        TaskConfig.of(
                                        "forecast",
                                        inputs -> forecast(
                                                inputs.get(HISTORY).members(),
                                                YearMonth.parse(inputs.get(TARGET, String.class))))
                                .reads(history, target)
                                .writes(forecast),
                        TaskConfig.of(
                                        "evaluate",
                                        inputs -> percent(
                                                inputs.get(FORECAST, Integer.class),
                                                Integer.parseInt(inputs.get(ACTUAL, String.class))))
                                .reads(forecast, actual)
                                .writes(error))
                .frequency(Frequency.MONTHLY));
    }

    /** Seasonal naive: what the same month of the latest year before had. */
    private static int forecast(Map<String, Value> history, YearMonth month) {
        for (YearMonth before = month.minusYears(1); before.getYear() > EARLIEST; before = before.minusYears(1)) {
            Value known = history.get(before.toString());
            if (known != null) {
                return known.as(Integer.class);
            }
        }
        throw new IllegalArgumentException("Nothing is known of %s in earlier years.".formatted(month.getMonth()));
    }

    /** How far the forecast was off, of the actual number, with one decimal. */
    private static double percent(int forecast, int actual) {
        return Math.round(1_000.0 * (forecast - actual) / actual) / 10.0;
    }
}
