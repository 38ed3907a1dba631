package io.daybook.console.examples;

import io.daybook.Daybook;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.TransactionalEventConsumer;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.event.Value;
import io.daybook.notifier.Registration;
import io.daybook.scenarios.Scenario;
import io.daybook.scenarios.Scenarios;
import io.daybook.scenarios.SubmissionStatus;
import io.daybook.scenarios.config.Configuration;
import io.daybook.scenarios.config.DataNodeConfig;
import io.daybook.scenarios.config.ScenarioConfig;
import io.daybook.scenarios.config.TaskConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jooq.DSLContext;

/**
 * Keeps the latest result of each scenario in a table of the application, exactly once: the row and the cursor of the registration are committed
 * in one transaction, so whatever is killed, the number of results in the table is the number of completed submissions (on H2 within the limits of
 * docs/guarantees.md, promises 1 and 5). What is completed while nobody keeps the table is in it after the next start, as the second part
 * shows, and so does a second run with {@code --db}.
 *
 * <p>Run it with {@code ./daybook example latest-result}.
 */
public final class LatestResult {

    private static final DataNodeConfig SALES = DataNodeConfig.of("region_sales");
    private static final DataNodeConfig RESULT = DataNodeConfig.of("region_result");
    private static final TaskConfig DOUBLE = TaskConfig.of("double", inputs -> inputs.get(0, Integer.class) * 2)
            .reads(SALES)
            .writes(RESULT);
    private static final Configuration CONFIGURATION = Configuration.of(ScenarioConfig.of("region", DOUBLE));
    private static final Topic STATUSES =
            Topic.of(EntityType.SUBMISSION).operation(Operation.UPDATE).attribute("submission_status");

    private static final String TABLE =
            "create table if not exists latest_results (name varchar(50) primary key, result int, results int)";
    private static final String UPDATE = "update latest_results set result = ?, results = results + 1 where name = ?";
    private static final String INSERT = "insert into latest_results (result, name, results) values (?, ?, 1)";

    private LatestResult() {}

    /** Argument: JDBC URL of a database, H2 or PostgreSQL. */
    public static void main(String... arguments) throws SQLException, InterruptedException {
        try (Daybook daybook = Daybook.open(arguments[0]);
                Connection connection = DriverManager.getConnection(arguments[0])) {
            run(daybook, connection, System.out::println);
        }
    }

    static void run(Daybook daybook, Connection connection, Consumer<String> out)
            throws SQLException, InterruptedException {
        try (Statement statement = connection.createStatement();
                Scenarios scenarios = Scenarios.open(daybook, CONFIGURATION)) {
            statement.execute(TABLE);
            scenarios.orchestrator().start();

            TransactionalEventConsumer consumer = keep(scenarios);
            submit(scenarios, "north", 10);
            submit(scenarios, "south", 20);
            awaitTable(scenarios, statement, out);
            consumer.stop();

            submit(scenarios, "north", 15);
            out.accept("Nobody kept the table when north was submitted again. Starting anew.");
            consumer = keep(scenarios);
            awaitTable(scenarios, statement, out);
            consumer.stop();
        }
    }

    private static TransactionalEventConsumer keep(Scenarios scenarios) {
        Registration registration = scenarios.daybook().notifier().register("latest-result", STATUSES);
        return Consumers.consumeInTransaction(registration, (event, jooq) -> keep(scenarios, event, jooq));
    }

    private static void keep(Scenarios scenarios, Event event, DSLContext jooq) {
        if (!Value.of("region").equals(event.metadata().get("origin_entity_config_id"))
                || event.attributeValue().filter(Value.of("COMPLETED")::equals).isEmpty()) {
            return;
        }
        // A unit of work begins with hearing what was committed: by this event at least, whichever process did.
        Result latest = scenarios.transact(() -> {
            Scenario region =
                    scenarios.scenario(scenarios.submission(event.entityId()).entityId());
            return new Result(
                    region.name().orElseThrow(),
                    region.dataNode("region_result").read(Integer.class).orElseThrow());
        });
        if (jooq.execute(UPDATE, latest.number(), latest.name()) == 0) {
            jooq.execute(INSERT, latest.number(), latest.name());
        }
    }

    private record Result(String name, int number) {}

    private static void submit(Scenarios scenarios, String name, int sales) {
        Scenario region = scenarios.scenarios().stream()
                .filter(scenario -> scenario.name().filter(name::equals).isPresent())
                .findFirst()
                .orElseGet(() -> scenarios.createScenario("region", name, null));
        region.dataNode("region_sales").write(sales);
        region.submit();
    }

    /** Waits until every completed submission is in the table, and prints it. */
    private static void awaitTable(Scenarios scenarios, Statement statement, Consumer<String> out)
            throws SQLException, InterruptedException {
        long completed = scenarios.submissions().stream()
                .filter(submission ->
                        submission.entityConfigId().filter("region"::equals).isPresent())
                .filter(submission -> submission.status() == SubmissionStatus.COMPLETED)
                .count();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (results(statement) < completed) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("The table was not brought up to date in time.");
            }
            Thread.sleep(20);
        }
        try (ResultSet rows = statement.executeQuery("select * from latest_results order by name")) {
            while (rows.next()) {
                out.accept("%s: latest result %d, results so far %d"
                        .formatted(rows.getString(1), rows.getInt(2), rows.getInt(3)));
            }
        }
    }

    private static long results(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("select coalesce(sum(results), 0) from latest_results")) {
            row.next();
            return row.getLong(1);
        }
    }
}
