package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.FailurePolicy;
import io.daybook.event.Change;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.event.Topic;
import io.daybook.notifier.Registration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A canary that was declared sensitive is sent through every command. */
@SuppressWarnings("try")
class RedactionTest {

    private static final String CANARY = "canary-7f3a";

    @TempDir
    Path folder;

    private Cli cli;

    @BeforeEach
    void fill() throws InterruptedException {
        cli = new Cli(folder);
        try (Daybook daybook =
                Daybook.builder().url(cli.url()).sensitive("customer", "email").open()) {
            Receipt last = daybook.as("kim").transact(tx -> {
                tx.create("customer", "c-1", Map.of("email", CANARY, "name", "Kim"));
                tx.append(Change.update("customer", "c-1")
                        .attribute("email", CANARY + "2")
                        .metadata(Map.of("email", CANARY)));
                tx.record("customer", "c-1", Operation.of("APPROVAL"), Map.of("email", CANARY));
            });
            Registration mailer = daybook.notifier().register("mailer", Topic.of("customer"));
            FailurePolicy policy = FailurePolicy.retry(1)
                    .backOff(Duration.ofMillis(1), Duration.ofMillis(2))
                    .thenPark();
            try (var consumer = Consumers.consume(mailer, policy, event -> {
                throw new IllegalStateException(CANARY);
            })) {
                mailer.await(last, Duration.ofSeconds(30));
            }
            daybook.unitOfWork().causedBy(1).transact(tx -> tx.update("customer", "c-1", "email", CANARY + "3"));
        }
    }

    /** Every command that shows something, with what shows most. */
    private static final List<List<String>> COMMANDS = List.of(
            List.of("history", "customer", "c-1"),
            List.of("tail"),
            List.of("tail", "--from", "beginning"),
            List.of("state", "customer", "c-1"),
            List.of("state", "customer", "c-1", "--at-position", "1"),
            List.of("state", "customer"),
            List.of("diff", "customer", "--from", "beginning"),
            List.of("diff", "customer", "c-1", "--from", "1"),
            List.of("trace", "1"));

    private static final List<List<String>> SHOW_NO_VALUES = List.of(
            List.of("states"),
            List.of("registrations"),
            List.of("parked", "mailer"),
            List.of("parked", "mailer", "--position", "1"),
            List.of("status"),
            List.of("verify"),
            List.of("doctor"),
            List.of("sensitive"));

    private Cli.Ran run(List<String> command, String... more) {
        return cli.run(Cli.with(command.toArray(String[]::new), more));
    }

    @Test
    void what_is_sensitive_is_shown_by_no_command_unless_it_is_asked_to() {
        for (List<String> command : COMMANDS) {
            for (String[] more : new String[][] {{}, {"--json"}, {"--verbose"}}) {
                Cli.Ran ran = run(command, more);
                assertThat(ran.exitCode()).as("%s", command).isZero();
                assertThat(ran.out() + ran.err()).as("%s", command).doesNotContain(CANARY);
                assertThat(ran.out()).as("%s", command).contains("redacted").contains("email");
            }
            assertThat(run(command, "--show-sensitive").out()).as("%s", command).contains(CANARY);
            assertThat(run(command, "--show-sensitive", "--json").out())
                    .as("%s", command)
                    .contains(CANARY)
                    .doesNotContain("redacted");
        }
    }

    @Test
    void what_shows_no_values_shows_no_sensitive_ones() {
        for (List<String> command : SHOW_NO_VALUES) {
            for (String[] more : new String[][] {{}, {"--json"}, {"--show-sensitive"}}) {
                Cli.Ran ran = run(command, more);
                assertThat(ran.out() + ran.err()).as("%s", command).doesNotContain(CANARY);
            }
        }
    }

    @Test
    void an_export_leaves_out_what_is_sensitive_and_does_not_come_back_without_it() throws Exception {
        for (String format : List.of("jsonl", "csv")) {
            Cli.Ran ran = cli.run("export", "--format", format);
            assertThat(ran.exitCode()).isZero();
            assertThat(ran.out() + ran.err())
                    .doesNotContain(CANARY)
                    .contains("redacted")
                    .contains("email");
            assertThat(cli.run("export", "--format", format, "--show-sensitive").out())
                    .contains(CANARY + "3");
        }
        Path file = folder.resolve("redacted.jsonl");
        assertThat(cli.run("export", "--to", file.toString()).exitCode()).isZero();
        assertThat(Files.readString(file)).doesNotContain(CANARY);
        assertThat(cli.run("export", "--to", file.toString(), "--resume").exitCode())
                .isZero();
        Cli.Ran imported = new Cli(folder.resolve("other")).run("import", file.toString());
        assertThat(imported.exitCode()).isEqualTo(4);
        assertThat(imported.err()).contains("without its sensitive values");
    }

    @Test
    void a_proof_which_shows_everything_is_refused_unless_that_is_asked_for() {
        String key = folder.resolve("key.pem").toString();
        assertThat(cli.run("anchor", "--make-key", key).exitCode()).isZero();
        Cli.Ran refused = cli.run("proof", "customer", "c-1", "--key", key);
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.out() + refused.err()).doesNotContain(CANARY).contains("--show-sensitive");
        assertThat(cli.run("proof", "customer", "c-1", "--key", key, "--show-sensitive")
                        .out())
                .contains(CANARY);
    }

    @Test
    void what_was_said_of_a_failure_before_the_declaration_is_shown_only_if_that_is_asked_for() throws Exception {
        Cli other = new Cli(folder.resolve("declared-late"));
        try (Daybook daybook = Daybook.open(other.url())) {
            Registration mailer = daybook.notifier().register("mailer", Topic.of("customer"));
            FailurePolicy policy = FailurePolicy.retry(1)
                    .backOff(Duration.ofMillis(1), Duration.ofMillis(2))
                    .thenPark();
            try (var consumer = Consumers.consume(mailer, policy, event -> {
                throw new IllegalStateException("cannot mail " + CANARY);
            })) {
                mailer.await(
                        daybook.transact(tx -> tx.create("customer", "c-1", Map.of("email", CANARY))),
                        Duration.ofSeconds(30));
            }
        }
        List<String[]> commands =
                List.of(new String[] {"parked", "mailer"}, new String[] {"parked", "mailer", "--position", "1"});
        for (String[] command : commands) {
            assertThat(other.run(command).out()).contains(CANARY);
        }
        assertThat(other.run("sensitive", "customer", "email").exitCode()).isZero();

        for (String[] command : commands) {
            for (String[] more : new String[][] {{}, {"--json"}}) {
                assertThat(other.run(Cli.with(command, more)).out())
                        .contains("redacted")
                        .doesNotContain(CANARY);
            }
            assertThat(other.run(Cli.with(command, "--show-sensitive")).out()).contains(CANARY);
        }
    }

    @Test
    void what_is_left_of_an_event_is_shown() {
        assertThat(cli.run("history", "customer", "c-1").lines().get(1))
                .endsWith("{\"name\":\"Kim\"} (redacted: email)");
        assertThat(cli.run("history", "customer", "c-1").lines().get(2)).endsWith("email = (redacted)");
        assertThat(cli.run("history", "customer", "c-1", "--json").lines().get(0))
                .contains("\"attribute_value\":{\"name\":\"Kim\"},\"redacted\":[\"email\"]");
        assertThat(cli.run("history", "customer", "c-1", "--json").lines().get(1))
                .contains("\"attribute_name\":\"email\",\"redacted\":[\"email\"]");
        assertThat(cli.run("state", "customer", "c-1", "--json").out())
                .contains("\"attributes\":{\"name\":\"Kim\"},\"redacted\":[\"email\"]");
        assertThat(cli.run("state", "customer", "c-1").out()).contains("email      (redacted)");
    }

    @Test
    void no_error_of_an_import_shows_a_value() throws Exception {
        String good =
                "{\"entity_type\":\"customer\",\"entity_id\":\"c-%s\",\"operation\":\"%s\",\"attribute_name\":%s,%s}\n";
        List<String> bad = List.of(
                "{\"email\": " + CANARY + "}\n",
                "{\"email\": \"" + CANARY + "\n",
                "[\"" + CANARY + "\"]\n",
                good.formatted(2, "CREATION", "null", "\"attribute_value\":\"" + CANARY + "\""),
                good.formatted(2, "UPDATE", "\"email\"", "\"attribute_value\":\"" + CANARY + "\""),
                good.formatted(2, "UPDATE", "\"email\"", "\"metadata\":\"" + CANARY + "\""),
                good.formatted(2, "UPDATE", "\"email\"", "\"actor\":{\"email\":\"" + CANARY + "\"}"));
        for (String line : bad) {
            Path file = folder.resolve("bad.jsonl");
            Files.writeString(file, line);
            Cli.Ran ran = cli.run("import", file.toString(), "--verbose");
            assertThat(ran.exitCode()).as(line).isNotZero();
            assertThat(ran.out() + ran.err()).as(line).doesNotContain(CANARY);
        }
    }

    @Test
    void an_operator_declares_and_lists_what_is_sensitive() {
        assertThat(cli.run("sensitive", "order", "note", "address").out().strip())
                .isEqualTo("Sensitive attributes of order: address, note.");
        assertThat(cli.run("sensitive").out())
                .contains("customer")
                .contains("email")
                .contains("address, note");
        assertThat(cli.run("sensitive", "--json").lines().get(0))
                .isEqualTo("{\"entity_type\":\"customer\",\"attributes\":[\"email\"]}");
        assertThat(cli.run("sensitive", "order").exitCode()).isEqualTo(2);
        assertThat(cli.run("sensitive", "Order", "note").exitCode()).isEqualTo(2);
    }

    @Test
    void trace_shows_causes_and_consequences_as_a_tree() {
        long reaction = last();
        Cli.Ran ran = cli.run("trace", Long.toString(reaction));

        assertThat(ran.exitCode()).isZero();
        assertThat(ran.lines()).hasSize(2);
        assertThat(ran.lines().get(0)).startsWith("1  CREATION of customer c-1").contains("unit ");
        assertThat(ran.lines().get(1)).startsWith("`-=> " + reaction + "  UPDATE of customer c-1 email = (redacted)");
        assertThat(cli.run("trace", "1").lines().get(0)).startsWith("=> 1  CREATION");
        assertThat(cli.run("trace", "1", "--json").lines().get(1))
                .startsWith("{\"depth\":1,\"seen_before\":false,\"cut\":false,\"event\":{\"position\":" + reaction);
        assertThat(cli.run("trace", "99").exitCode()).isEqualTo(5);
        assertThat(cli.run("trace", "1", "--depth", "0").exitCode()).isEqualTo(2);
    }

    private long last() {
        try (Daybook daybook = Daybook.open(cli.url())) {
            return daybook.history("customer", "c-1").toList().get(3).position().orElseThrow();
        }
    }
}
