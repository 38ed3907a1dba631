package io.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.event.Change;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.ledger.Verification;
import io.daybook.testkit.Await;
import io.daybook.testkit.SettableClock;
import io.daybook.testkit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The questions in docs/sql.md have the answers that stand below them, on both databases. */
class SqlDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "sql.md");

    private static final Path VIEWS = Path.of("..", "migrations", "src", "test", "resources", "views.txt");

    private static final Pattern QUESTION =
            Pattern.compile("```sql\n(?<query>.*?)```\n\n```\n(?<answer>.*?)```", Pattern.DOTALL);

    @Test
    void the_questions_have_their_answers_on_h2() throws Exception {
        ask(TestDatabase.h2());
    }

    @Test
    void the_questions_have_their_answers_on_postgresql() throws Exception {
        ask(TestDatabase.postgresql());
    }

    /** What {@code CatalogueIT} finds in both databases. */
    @Test
    void every_column_is_described_as_the_databases_describe_it() throws Exception {
        List<String> described = new ArrayList<>();
        String about = "";
        for (String line : Files.readAllLines(DOCUMENT)) {
            if (line.startsWith("### ")) {
                about = line.substring(4).replace(" (a table)", "");
            } else if (line.startsWith("| `")) {
                described.add(about + line.replace("|", " ").replace("`", "").replaceAll(" +", " "));
            }
        }
        List<String> columns = Files.readAllLines(VIEWS).stream()
                .filter(line -> !line.contains(" - view ") && !line.contains(" - table "))
                .map(line -> line + " ")
                .toList();
        assertThat(columns)
                .hasSizeGreaterThan(80)
                .allSatisfy(column -> assertThat(described).contains(column));
    }

    private static void ask(TestDatabase fresh) throws Exception {
        String document = Files.readString(DOCUMENT);
        try (TestDatabase database = fresh) {
            tell(database);
            StringBuilder answered = new StringBuilder();
            int questions = 0;
            int functions = 0;
            try (Connection connection = database.connect()) {
                Matcher question = QUESTION.matcher(document);
                while (question.find()) {
                    boolean function = question.group("query").contains("_as_of(");
                    String answer = function && !database.isPostgresql()
                            ? question.group("answer")
                            : PrintedRows.of(connection, question.group("query"));
                    String rewritten = "```sql\n" + question.group("query") + "```\n\n```\n" + answer + "```";
                    question.appendReplacement(answered, Matcher.quoteReplacement(rewritten));
                    questions += function ? 0 : 1;
                    functions += function ? 1 : 0;
                }
                question.appendTail(answered);
            }
            // The document with the answers of today, for whoever has changed a question.
            Files.writeString(Path.of("target", database.isPostgresql() ? "sql-postgresql.md" : "sql-h2.md"), answered);
            assertThat(questions).isEqualTo(30);
            assertThat(functions).isEqualTo(5);
            assertThat(answered.toString()).isEqualTo(document);
        }
    }

    /** The story that the document tells at its beginning. */
    private static void tell(TestDatabase database) throws Exception {
        SettableClock clock = new SettableClock(Instant.parse("2026-11-02T09:00:00Z"));
        try (Daybook daybook = database.daybook().clock(clock).open()) {
            daybook.notifier().register("billing");
            UnitOfWork kim = from("shop", "2.3.1", daybook.as("kim"));
            kim.because("customer called").correlatedWith("call-7").transact(tx -> {
                tx.create("order", "o-1", Map.of("status", "new"));
                tx.create("order", "o-2", Map.of("status", "new"));
            });
            clock.tick(Duration.ofMinutes(30));
            from("shop", "2.3.1", daybook.as("ada"))
                    .transact(tx -> tx.record("order", "o-1", Operation.of("APPROVAL")));
            clock.tick(Duration.ofHours(1));
            kim.transact(tx -> {
                tx.update("order", "o-1", "status", "paid");
                tx.update("order", "o-1", "paid_by", "card");
            });
            UnitOfWork billing = from("billing", "1.0", daybook.as("billing")).correlatedWith("call-7");
            clock.tick(Duration.ofSeconds(1));
            Receipt invoice = billing.causedBy(4)
                    .transact(tx -> tx.create("invoice", "i-1", Map.of("order", "o-1", "total", 42)));
            clock.tick(Duration.ofSeconds(1));
            billing.causedBy(daybook.await(invoice, Await.LONGEST)).transact(tx -> tx.submit("invoice", "i-1"));
            clock.tick(Duration.ofDays(1));
            from("shop", "2.3.1", daybook.as("night batch"))
                    .because("not paid within a day")
                    .transact(tx -> tx.delete("order", "o-2"));
            clock.tick(Duration.ofHours(5));
            from("shop", "2.4.0", daybook.as("kim")).because("paid after all").transact(tx -> {
                tx.create("order", "o-2", Map.of("status", "paid"));
                tx.update("order", "o-1", "status", "sent");
                tx.create("customer", "c-1", Map.of("address", "1 Elm Street"));
            });
            Await.sequenced(daybook);
            // The database's clock goes on, so that what comes now was recorded later.
            Instant recorded = daybook.history("customer", "c-1")
                    .toList()
                    .get(0)
                    .recordedAt()
                    .orElseThrow();
            Await.until(() -> Instant.now().isAfter(recorded.plusMillis(2)), () -> "the clock stands at " + recorded);
            from("market", "5", daybook.as("market"))
                    .transact(tx -> tx.append(Change.update("order", "o-1")
                            .attribute("place", "stall 12")
                            .occurredAt(Instant.parse("2026-11-02T08:55:00Z"))));
            Await.sequenced(daybook);
        }
        erase(database, 11);
        clock.tick(Duration.ofMinutes(1));
        try (Daybook daybook = database.daybook().clock(clock).sequencing(false).open()) {
            from("shop", "2.4.0", daybook.as("ada")).transact(tx -> tx.update("order", "o-2", "status", "sent"));
        }
    }

    /** What runs in production tells its own name; here it is the same on every machine. */
    private static UnitOfWork from(String application, String version, UnitOfWork unit) {
        return unit.within(Map.of("application", application, "application_version", version, "host", "till-7"));
    }

    /** As somebody with the rights of the owner erases: the value goes, its digest stays (docs/ledger-format.md). */
    private static void erase(TestDatabase database, long position) throws Exception {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    update daybook.events
                    set value_digest = %s,
                        metadata_digest = %s,
                        attribute_value = null,
                        metadata = null,
                        salt = null
                    where event_id = (select event_id from daybook.ledger where position = %d)
                    """.formatted(
                            database.isPostgresql()
                                    ? "sha256(salt || convert_to('{\"address\":\"1 Elm Street\"}', 'UTF8'))"
                                    : "hash('SHA-256', salt || stringtoutf8('{\"address\":\"1 Elm Street\"}'))",
                            database.isPostgresql() ? "sha256(salt)" : "hash('SHA-256', salt)",
                            position));
        }
        try (Daybook daybook = database.daybook().readOnly().open()) {
            Verification verification = daybook.verify();
            assertThat(verification.problem()).isEmpty();
            assertThat(verification.erased()).isEqualTo(1);
        }
    }
}
