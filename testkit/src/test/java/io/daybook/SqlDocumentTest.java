package io.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.event.Operation;
import io.daybook.testkit.Await;
import io.daybook.testkit.SettableClock;
import io.daybook.testkit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The questions in docs/sql.md have the answers that stand below them, on both databases. */
class SqlDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "sql.md");

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

    private static void ask(TestDatabase fresh) throws Exception {
        String document = Files.readString(DOCUMENT);
        try (TestDatabase database = fresh) {
            tell(database);
            StringBuilder answered = new StringBuilder();
            int questions = 0;
            try (Connection connection = database.connect()) {
                Matcher question = QUESTION.matcher(document);
                while (question.find()) {
                    String answer = PrintedRows.of(connection, question.group("query"));
                    String rewritten = "```sql\n" + question.group("query") + "```\n\n```\n" + answer + "```";
                    question.appendReplacement(answered, Matcher.quoteReplacement(rewritten));
                    questions++;
                }
                question.appendTail(answered);
            }
            // The document with the answers of today, for whoever has changed a question.
            Files.writeString(Path.of("target", database.isPostgresql() ? "sql-postgresql.md" : "sql-h2.md"), answered);
            assertThat(questions).isEqualTo(10);
            assertThat(answered.toString()).isEqualTo(document);
        }
    }

    /** The story that the document tells at its beginning. */
    private static void tell(TestDatabase database) throws Exception {
        SettableClock clock = new SettableClock(Instant.parse("2026-11-02T09:00:00Z"));
        try (Daybook daybook = database.daybook().clock(clock).open()) {
            daybook.notifier().register("billing");
            daybook.as("kim")
                    .because("customer called")
                    .correlatedWith("call-7")
                    .transact(tx -> {
                        tx.create("order", "o-1", Map.of("status", "new"));
                        tx.create("order", "o-2", Map.of("status", "new"));
                    });
            clock.tick(Duration.ofMinutes(30));
            daybook.as("ada").transact(tx -> tx.record("order", "o-1", Operation.of("APPROVAL")));
            clock.tick(Duration.ofHours(1));
            daybook.as("kim").transact(tx -> {
                tx.update("order", "o-1", "status", "paid");
                tx.update("order", "o-1", "paid_by", "card");
            });
            clock.tick(Duration.ofDays(1));
            daybook.as("night batch").because("not paid within a day").transact(tx -> tx.delete("order", "o-2"));
            clock.tick(Duration.ofHours(5));
            daybook.as("kim").because("paid after all").transact(tx -> {
                tx.create("order", "o-2", Map.of("status", "paid"));
                tx.update("order", "o-1", "status", "sent");
            });
            Await.sequenced(daybook);
        }
        clock.tick(Duration.ofMinutes(1));
        try (Daybook daybook = database.daybook().clock(clock).sequencing(false).open()) {
            daybook.as("ada").transact(tx -> tx.update("order", "o-2", "status", "sent"));
        }
    }
}
