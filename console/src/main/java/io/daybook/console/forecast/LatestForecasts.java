package io.daybook.console.forecast;

import io.daybook.console.shell.Shell;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.TransactionalEventConsumer;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.event.Value;
import io.daybook.scenarios.Scenario;
import io.daybook.scenarios.Scenarios;
import io.daybook.scenarios.SubmissionStatus;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jooq.DSLContext;

/**
 * The table {@code demo.latest_forecasts}: a row for each month that was forecast, written in the transaction that moves the cursor past the event
 * that says so, hence exactly once; {@code results} counts, so that anybody can see.
 */
final class LatestForecasts {

    private static final Topic STATUSES =
            Topic.of(EntityType.SUBMISSION).operation(Operation.UPDATE).attribute("submission_status");

    private static final String INSERT =
            "insert into demo.latest_forecasts (forecast, actual, error_percent, results, name) values (?, ?, ?, 1, ?)";
    private static final String UPDATE =
            "update demo.latest_forecasts set forecast = ?, actual = ?, error_percent = ?, results = results + 1 where name = ?";

    private final Shell shell;
    private final Scenarios scenarios;

    /**
     * A row.
     *
     * @param results how often it was written
     */
    record Row(int forecast, int actual, double errorPercent, int results) {

        /** What the row of that scenario should be. */
        static Row of(Scenario scenario, int results) {
            return new Row(
                    scenario.dataNode(Forecasting.FORECAST).read(Integer.class).orElseThrow(),
                    Integer.parseInt(scenario.dataNode(Forecasting.ACTUAL)
                            .read(String.class)
                            .orElseThrow()),
                    scenario.dataNode(Forecasting.ERROR).read(Double.class).orElseThrow(),
                    results);
        }
    }

    private LatestForecasts(Shell shell, Scenarios scenarios) {
        this.shell = shell;
        this.scenarios = scenarios;
    }

    /** Makes the table, if it is not there. */
    static LatestForecasts in(Shell shell, Scenarios scenarios) throws SQLException {
        try (Connection connection = shell.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("create schema if not exists demo");
            statement.execute("""
                    create table if not exists demo.latest_forecasts (
                      name varchar(10) primary key,
                      forecast int not null,
                      actual int not null,
                      error_percent double precision not null,
                      results int not null)""");
        }
        return new LatestForecasts(shell, scenarios);
    }

    /** From now on the table follows; what it missed comes first. */
    TransactionalEventConsumer follow() {
        return Consumers.consumeInTransaction(
                scenarios.daybook().notifier().register("forecast.table", STATUSES), this::keep);
    }

    /** Reads in a unit of work, which begins with hearing what was committed: by this event at least. */
    private void keep(Event event, DSLContext jooq) {
        Value completed = Value.of(SubmissionStatus.COMPLETED);
        Value kind = event.metadata().get("origin_entity_config_id");
        if (event.attributeValue().filter(completed::equals).isEmpty()
                || !Value.of(Forecasting.MONTH).equals(kind)) {
            return;
        }
        Object[] values = scenarios.transact(() -> {
            Scenario scenario =
                    scenarios.scenario(scenarios.submission(event.entityId()).entityId());
            Row row = Row.of(scenario, 1);
            return new Object[] {
                row.forecast(),
                row.actual(),
                row.errorPercent(),
                scenario.name().orElseThrow()
            };
        });
        if (jooq.execute(UPDATE, values) == 0) {
            jooq.execute(INSERT, values);
        }
    }

    /** All rows, by name. */
    SortedMap<String, Row> rows() throws SQLException {
        SortedMap<String, Row> rows = new TreeMap<>();
        try (Connection connection = shell.connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "select name, forecast, actual, error_percent, results from demo.latest_forecasts")) {
            while (result.next()) {
                rows.put(
                        result.getString(1),
                        new Row(result.getInt(2), result.getInt(3), result.getDouble(4), result.getInt(5)));
            }
        }
        return rows;
    }
}
