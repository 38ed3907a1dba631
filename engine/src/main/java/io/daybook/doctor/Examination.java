package io.daybook.doctor;

import io.daybook.database.Database;
import io.daybook.database.DatabaseFailure;
import io.daybook.database.SqlStates;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.Verification;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What checks work with, and where they put what they find. One use only; not thread-safe. */
final class Examination {

    final Database database;
    final Ledger ledger;
    final Clock clock;
    final Limits limits;
    final Verification.Progress progress;

    private final List<Finding> findings = new ArrayList<>();

    private String check = "";

    Examination(Database database, Ledger ledger, Clock clock, Limits limits, Verification.Progress progress) {
        this.database = database;
        this.ledger = ledger;
        this.clock = clock;
        this.limits = limits;
        this.progress = progress;
    }

    Diagnosis run(List<Check> checks) {
        for (Check next : checks) {
            check = next.name();
            try {
                next.run(this);
            } catch (DatabaseFailure e) {
                if (!(e.getCause() instanceof SQLException cause && SqlStates.isForbidden(cause))) {
                    throw e;
                }
                warning(
                        "This could not be looked at: %s".formatted(e.getMessage()),
                        "This database user lacks a privilege, so nobody knows whether all is well here.",
                        "Have the owner run what `daybook migrate --print-roles` prints, or run `daybook doctor` as the owner.");
            }
        }
        return new Diagnosis(findings);
    }

    void fine(String what, Object... facts) {
        findings.add(new Finding(Severity.OK, check, format(what, facts), "", ""));
    }

    void info(String what, String meaning, String remedy) {
        findings.add(new Finding(Severity.INFO, check, what, meaning, remedy));
    }

    void warning(String what, String meaning, String remedy) {
        findings.add(new Finding(Severity.WARNING, check, what, meaning, remedy));
    }

    void error(String what, String meaning, String remedy) {
        findings.add(new Finding(Severity.ERROR, check, what, meaning, remedy));
    }

    static String format(String what, Object... facts) {
        return String.format(Locale.ROOT, what, facts);
    }

    /** {@code 1 event}, {@code 2 events}. */
    static String count(long number, String noun) {
        return "%d %s%s".formatted(number, noun, number == 1 ? "" : "s");
    }

    /** What a row is. */
    @FunctionalInterface
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** The rows of that statement, which is written for the schema {@code daybook}. */
    <T> List<T> rows(String what, String sql, RowReader<T> reader, Object... parameters) {
        return database.call(what, c -> {
            try (PreparedStatement query = c.prepareStatement(database.sql(sql))) {
                for (int i = 0; i < parameters.length; i++) {
                    query.setObject(i + 1, parameters[i]);
                }
                List<T> rows = new ArrayList<>();
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        rows.add(reader.read(row));
                    }
                }
                return rows;
            }
        });
    }

    /** The only row of that statement. */
    <T> T row(String what, String sql, RowReader<T> reader, Object... parameters) {
        return rows(what, sql, reader, parameters).get(0);
    }

    /** For people: {@code 3 s}, {@code 12 min}, {@code 5 h}, {@code 2 d}. */
    static String age(long seconds) {
        if (seconds < 120) {
            return seconds + " s";
        }
        Duration age = Duration.ofSeconds(seconds);
        return age.toHours() < 2
                ? age.toMinutes() + " min"
                : age.toDays() < 2 ? age.toHours() + " h" : age.toDays() + " d";
    }
}
