package io.daybook.tck;

import io.daybook.Daybook;
import io.daybook.DaybookBuilder;
import io.daybook.event.Event;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import io.daybook.testkit.Await;
import io.daybook.testkit.DaybookExtension;
import io.daybook.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every suite of the conformance tests stands on: an open daybook in a fresh database. */
abstract class Conformance implements Store {

    static final Duration LONG = Await.LONGEST;
    static final Duration SOON = Duration.ofMillis(50);

    @RegisterExtension
    final DaybookExtension daybooks = DaybookExtension.on(this::newDatabase).with(this::settings);

    /** For suites that want other settings than the defaults. */
    DaybookBuilder settings(DaybookBuilder builder) {
        return builder;
    }

    Daybook daybook() {
        return daybooks.daybook();
    }

    TestDatabase database() {
        return daybooks.database();
    }

    boolean isPostgresql() {
        return database().isPostgresql();
    }

    /** A connection of the application, in a transaction. */
    Connection transaction() throws SQLException {
        Connection connection = database().connect();
        connection.setAutoCommit(false);
        return connection;
    }

    void execute(String... statements) throws SQLException {
        try (Connection connection = database().connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of the first row, as text. */
    String text(String query) throws SQLException {
        try (Connection connection = database().connect();
                PreparedStatement statement = connection.prepareStatement(query);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }

    long count(String table) throws SQLException {
        return Long.parseLong(text("select count(*) from daybook." + table));
    }

    List<Event> history(String id) {
        return daybook().history("order", id).toList();
    }

    List<Long> versions(String id) {
        return history(id).stream().map(Event::version).toList();
    }

    /** Everything, in the order of the ledger, once all of it has its position. */
    List<Event> ledger() {
        Await.sequenced(daybook());
        return ledger(daybook());
    }

    static List<Event> ledger(Daybook daybook) {
        List<Event> events = new ArrayList<>();
        LedgerPoint place = LedgerPoint.BEGINNING;
        while (true) {
            List<LedgerEntry> page = daybook.ledger().after(place, 1_000, "The test");
            if (page.isEmpty()) {
                return events;
            }
            page.forEach(entry -> events.add(entry.event()));
            place = page.get(page.size() - 1).point();
        }
    }

    static List<Long> upTo(long last) {
        List<Long> numbers = new ArrayList<>();
        for (long n = 1; n <= last; n++) {
            numbers.add(n);
        }
        return numbers;
    }
}
