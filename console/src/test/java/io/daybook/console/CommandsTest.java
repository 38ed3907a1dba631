package io.daybook.console;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.daybook.Daybook;
import io.daybook.console.shell.Table;
import io.daybook.consumers.EntityStates;
import io.daybook.event.Operation;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {

    @TempDir
    Path folder;

    private Cli cli;

    @BeforeEach
    void name() {
        cli = new Cli(folder);
    }

    private void fill() {
        try (Daybook daybook = Daybook.open(cli.url())) {
            daybook.as("kim").transact(tx -> {
                tx.create("order", "o-1", Map.of("status", "new"));
                tx.update("order", "o-1", "status", "paid");
                tx.record("order", "o-1", Operation.of("APPROVAL"), Map.of("by", "lee"));
            });
            daybook.transact(tx -> tx.create("order", "o-2", Map.of("status", "\u001b[31mred")));
        }
    }

    @Test
    void migrate_tells_what_it_applied() {
        assertThat(cli.run("migrate").out()).startsWith("Schema daybook: applied 1, now at version 1.");
        assertThat(cli.run("migrate").out()).startsWith("Schema daybook is at version 1: nothing to do.");
        assertThat(cli.run("migrate", "--print-roles", "--schema", "shop").out())
                .contains("shop_operator");
    }

    @Test
    void bench_is_listed_and_without_its_sources_says_where_it_runs() {
        assertThat(cli.run("--help").out()).containsPattern("(?m)^ +bench +Measures how fast Daybook is");
        Cli.Ran ran = cli.run("bench", "--quick", "append");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err())
                .startsWith("daybook: Measuring needs Daybook's sources")
                .hasLineCount(1);
    }

    @Test
    void looking_at_a_daybook_that_is_not_there_makes_none() {
        Cli.Ran ran = cli.run("status");

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).startsWith("daybook: There is no daybook at ").hasLineCount(1);
        assertThat(Files.exists(folder.resolve("daybook.mv.db"))).isFalse();
    }

    @Test
    void history_shows_what_happened_to_an_entity() {
        fill();

        Cli.Ran ran = cli.run("history", "order", "o-1");

        assertThat(ran.exitCode()).isZero();
        assertThat(ran.lines()).hasSize(4);
        assertThat(ran.lines().get(0)).matches("VERSION  POSITION  OCCURRED +OPERATION +ACTOR +CHANGE");
        assertThat(ran.lines().get(2)).contains("UPDATE").contains("kim").endsWith("status = \"paid\"");
        assertThat(cli.run("history", "order", "o-1", "--json").lines().get(1))
                .startsWith(
                        "{\"position\":2,\"entity_type\":\"order\",\"entity_id\":\"o-1\",\"version\":2,\"operation\":\"UPDATE\","
                                + "\"attribute_name\":\"status\",\"attribute_value\":\"paid\"");
        assertThat(cli.run("history", "order", "nobody").exitCode()).isEqualTo(5);
    }

    @Test
    void what_would_steer_a_terminal_is_not_printed() {
        fill();

        assertThat(cli.run("tail").out()).doesNotContain("\u001b");
        assertThat(cli.run("tail", "--json").out()).doesNotContain("\u001b").contains("\\u001b");
    }

    @Test
    void state_shows_an_entity_now_and_then() {
        fill();

        assertThat(cli.run("state", "order", "o-1").out())
                .contains("order o-1, version 3")
                .contains("status     \"paid\"");
        assertThat(cli.run("state", "order", "o-1", "--at-position", "1", "--json")
                        .out())
                .contains("\"attributes\":{\"status\":\"new\"}");
        assertThat(cli.run("state", "order", "o-1", "--at-position", "0").exitCode())
                .isEqualTo(5);
        assertThat(cli.run("state", "order", "o-1", "--recorded-at", "2001-01-01T00:00:00Z")
                        .exitCode())
                .isEqualTo(5);
        assertThat(cli.run("state", "order", "o-1", "--occurred-at", "yesterday")
                        .exitCode())
                .isEqualTo(2);
        assertThat(cli.run("state", "order", "o-1", "--at-position", "1", "--recorded-at", "2001-01-01T00:00:00Z")
                        .exitCode())
                .as("both bounds hold")
                .isEqualTo(5);
        assertThat(cli.run("state", "order", "--at-position", "1", "--json").lines())
                .as("without an id: all of the type")
                .singleElement(as(STRING))
                .contains("\"entity_id\":\"o-1\"")
                .contains("\"attributes\":{\"status\":\"new\"}");
        assertThat(cli.run("state", "order").lines().get(0)).matches("ID +VERSION +CHANGED +ATTRIBUTES");
        assertThat(cli.run("state", "no_such_type").exitCode()).isEqualTo(5);
    }

    @Test
    void diff_shows_what_changed_between_two_moments() {
        fill();

        Cli.Ran ran = cli.run("diff", "order", "o-1", "--from", "1", "--to", "now");
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.lines().get(0)).matches("ID +WHAT +ATTRIBUTE +FROM +TO");
        assertThat(ran.lines().get(1)).matches("o-1 +changed +status +\"new\" +\"paid\"");
        assertThat(cli.run("diff", "order", "--from", "beginning", "--to", "1", "--json")
                        .lines())
                .containsExactly("{\"entity_type\":\"order\",\"entity_id\":\"o-1\",\"difference\":\"created\","
                        + "\"attribute_name\":\"status\",\"to\":\"new\"}");
        assertThat(cli.run(
                        "diff", "order", "--from", "now,occurred:2001-01-01T00:00:00Z", "--to", "2001-01-01T00:00:00Z"))
                .satisfies(none -> assertThat(none.exitCode()).isZero())
                .satisfies(none -> assertThat(none.err()).contains("No difference in order."));
        assertUsage("--from", "diff", "order");
        assertUsage("'occurred:1' is no moment", "diff", "order", "--from", "occurred:1");
        assertUsage("'1,' is no moment", "diff", "order", "--from", "1,");
        assertUsage("needs an id", "diff", "order", "", "--from", "1");
    }

    @Test
    void states_keeps_the_table_of_current_states() throws Exception {
        fill();

        assertThat(cli.run("states").out()).startsWith("2 entities, 0 deleted; at position 4 of 4.");
        try (Daybook daybook = Daybook.open(cli.url())) {
            daybook.transact(tx -> tx.delete("order", "o-2"));
        }
        assertThat(cli.run("states", "--json").out().strip())
                .isEqualTo("{\"entities\":1,\"deleted\":1,\"position\":5,\"head\":5}");
        try (Connection connection = DriverManager.getConnection(cli.url());
                Statement statement = connection.createStatement()) {
            statement.execute("update daybook.entity_states set deleted = true");
        }
        assertThat(cli.run("states", "--json").out()).startsWith("{\"entities\":0,");
        // The rebuild is an event, too.
        assertThat(cli.run("states", "--rebuild", "--json").out().strip())
                .isEqualTo("{\"entities\":1,\"deleted\":1,\"position\":6,\"head\":6}");
    }

    @Test
    void states_says_at_once_that_its_registration_is_paused() {
        fill();
        try (Daybook daybook = Daybook.open(cli.url())) {
            daybook.notifier().register(EntityStates.REGISTRATION);
            daybook.notifier()
                    .control(EntityStates.REGISTRATION)
                    .because("migrating")
                    .pause();
        }

        Cli.Ran ran = cli.run("states");

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("is paused: migrating. Resume it");
    }

    @Test
    void tail_shows_the_last_ones_or_from_somewhere() {
        fill();

        assertThat(cli.run("tail", "--json", "-n", "2").lines()).hasSize(2);
        assertThat(cli.run("tail", "--json", "-n", "1", "--operation", "UPDATE").out())
                .startsWith("{\"position\":2,");
        assertThat(cli.run("tail", "--json", "--id", "o-2").lines()).hasSize(1);
        assertThat(cli.run("tail", "--json", "--from", "3").lines()).hasSize(2);
        assertThat(cli.run("tail", "--json", "--from", "beginning", "-n", "1").out())
                .startsWith("{\"position\":1,");
        assertThat(cli.run("tail", "--json", "--from", "2001-01-01T00:00:00Z").lines())
                .hasSize(4);
        assertThat(cli.run("tail", "--json", "--from", "now").out()).isEmpty();
        assertThat(cli.run("tail", "--from", "somewhere").exitCode()).isEqualTo(2);
        assertThat(cli.run("tail").lines()).hasSize(5);
    }

    @Test
    void status_and_registrations_tell_how_far_everything_is() {
        fill();
        try (Daybook daybook = Daybook.open(cli.url())) {
            daybook.notifier().register("billing");
        }

        assertThat(cli.run("status").out())
                .contains("Database           H2 ")
                .contains("Schema             daybook, at migration 1")
                .contains("Head               position 4")
                .contains("Without position   0");
        assertThat(cli.run("status", "--json").out()).contains("\"head\":4").contains("\"lag\":{\"billing\":4}");
        assertThat(cli.run("registrations", "--json").out())
                .isEqualToIgnoringNewLines(
                        "{\"name\":\"billing\",\"position\":0,\"lag\":4,\"topics\":\"everything\",\"partitions\":1,\"parked\":0,\"state\":\"not consumed\"}");
    }

    @Test
    void verify_finds_a_changed_event() throws Exception {
        fill();
        assertThat(cli.run("verify").out()).startsWith("Clean: 4 positions are as they were written.");
        try (Connection connection = DriverManager.getConnection(cli.url());
                Statement statement = connection.createStatement()) {
            statement.execute("update daybook.events set actor = 'somebody else' where version = 2");
        }

        Cli.Ran ran = cli.run("verify");

        assertThat(ran.exitCode()).isEqualTo(3);
        assertThat(ran.out()).startsWith("PROBLEM at position 2: ");
        assertThat(cli.run("verify", "--json").out())
                .contains("\"clean\":false")
                .contains("\"problem_position\":2");
    }

    @Test
    void doctor_finds_nothing_wrong_with_a_healthy_daybook() {
        fill();

        Cli.Ran ran = cli.run("doctor");

        assertThat(ran.exitCode()).as(ran.out()).isZero();
        assertThat(ran.out())
                .contains("OK       ledger        Positions 1 to 4 are all there")
                .endsWith("Healthy.\n");
        assertThat(cli.run("doctor", "--json").lines())
                .allMatch(line -> line.startsWith("{\"severity\":\"ok\",\"check\":\""));
        assertThat(cli.run("doctor", "--repair-sequences").out()).contains("nothing to repair");
        assertThat(cli.run("doctor", "--to", "3").exitCode()).isEqualTo(2);
        assertThat(cli.run("doctor", "--repair-sequences", "--recover", "billing")
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void doctor_exits_with_6_for_a_warning_and_3_for_an_error() throws Exception {
        fill();
        try (Daybook daybook = Daybook.open(cli.url())) {
            daybook.notifier().register("billing");
        }
        execute(
                "insert into daybook.parked_events (registration, position, partition, entity_type, entity_id, attempts, parked)"
                        + " values ('billing', 1, 0, 'order', 'o-1', 3, current_timestamp)");
        Cli.Ran warned = cli.run("doctor");
        assertThat(warned.exitCode()).isEqualTo(6);
        assertThat(warned.out())
                .contains("WARNING  registrations Registration billing has 1 event parked")
                .contains("means: ")
                .contains("do:    See why: daybook parked billing; ")
                .endsWith("0 errors, 1 warning.\n");

        execute(
                "update daybook.cursors set position = 9, hash = X'00', saved = current_timestamp + interval '5' minute");
        Cli.Ran failed = cli.run("doctor");
        assertThat(failed.exitCode()).isEqualTo(3);
        assertThat(failed.out())
                .contains("Run `daybook doctor --recover billing`")
                .endsWith("1 error, 1 warning.\n");

        Cli.Ran recovered = cli.run("doctor", "--recover", "billing");
        assertThat(recovered.exitCode()).as(recovered.err()).isZero();
        assertThat(recovered.out())
                .startsWith(
                        "Registration billing, partition 0: moved back from position 9 to 4. The ledger ended at 4.");
        assertThat(cli.run("doctor").exitCode()).isEqualTo(6);
        assertThat(cli.run("doctor", "--recover", "billing").out()).contains("nothing to recover");
        assertThat(cli.run("doctor", "--recover", "nobody").exitCode()).isEqualTo(1);
    }

    @Test
    void doctor_tells_that_tables_are_missing() throws Exception {
        execute("create table something (id integer)");

        Cli.Ran ran = cli.run("doctor");

        assertThat(ran.exitCode()).isEqualTo(3);
        assertThat(ran.out())
                .startsWith("ERROR    migrations    Schema daybook has had no migration yet")
                .contains("do:    Run `daybook migrate`");
    }

    @Test
    void doctor_compares_with_an_anchor() {
        fill();
        String verified = cli.run("verify", "--json").out();
        String hash = verified.replaceAll("(?s).*\"head_hash\":\"([0-9a-f]+)\".*", "$1");

        assertThat(cli.run("doctor", "--anchor", "4:" + hash).out())
                .contains("OK       anchor        The ledger has the anchor");
        Cli.Ran behind = cli.run("doctor", "--anchor", "5:" + hash);
        assertThat(behind.exitCode()).isEqualTo(3);
        assertThat(behind.out()).contains("The ledger ends at position 4, before the anchor at 5.");
        assertThat(cli.run("doctor", "--anchor", "4").exitCode()).isEqualTo(2);
    }

    private void execute(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection(cli.url());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void a_command_line_that_makes_no_sense_is_answered_with_a_suggestion() {
        assertThat(cli.run("statsu").err()).contains("Did you mean").contains("daybook status");
        Cli.Ran ran = cli.run("tail", "--folow");
        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.err()).contains("Unknown option: '--folow'").contains("--follow");
        assertThat(cli.run().exitCode()).isEqualTo(2);
        assertThat(cli.run("import").err()).contains("A file is missing");
    }

    @Test
    void every_command_has_help_with_an_example_and_the_exit_codes() {
        for (String command : new String[] {
            "migrate",
            "import",
            "demo",
            "tail",
            "history",
            "state",
            "states",
            "diff",
            "registrations",
            "status",
            "verify",
            "doctor"
        }) {
            assertThat(cli.run(command, "--help").out())
                    .contains("Usage: daybook " + command)
                    .contains("  daybook ")
                    .contains("Exit codes:")
                    .contains("--db=");
        }
        assertThat(cli.run("import", "git", "--help").out()).contains("Usage: daybook import git");
    }

    @Test
    void what_no_event_can_be_makes_no_sense_on_the_command_line() {
        fill();

        assertUsage("operation is an upper-case word", "tail", "--operation", "deletion");
        assertUsage("entity type is a lower-case word", "tail", "--type", "");
        assertUsage("entity type is a lower-case word", "history", "Order", "o-1");
        assertUsage("needs an id", "state", "order", "");
        assertUsage("no schema name", "status", "--schema", "a\"b");
        assertUsage("--at-position -5 makes no sense", "state", "order", "o-1", "--at-position", "-5");
        assertUsage("'x' is neither stop nor skip", "import", "x", "--on-error", "x");
        assertUsage(
                "found events.jsonl, --resume before git",
                "import",
                "events.jsonl",
                "--resume",
                "git",
                folder.toString());
    }

    private void assertUsage(String why, String... args) {
        Cli.Ran ran = cli.run(args);
        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(2);
        assertThat(ran.err()).contains(why);
    }

    @Test
    void a_position_that_is_yet_to_come_is_said() {
        fill();

        Cli.Ran ran = cli.run("state", "order", "o-1", "--at-position", "9");

        assertThat(ran.exitCode()).isZero();
        assertThat(ran.err()).contains("The ledger ends at position 4; position 9 is yet to come.");
    }

    @Test
    void one_is_said_as_one() {
        try (Daybook daybook = Daybook.open(cli.url())) {
            daybook.transact(tx -> tx.create("order", "o-1"));
        }

        assertThat(cli.run("verify").out()).startsWith("Clean: 1 position is as it was written.");
    }

    @Test
    void an_error_shows_the_url_that_was_typed() {
        fill();

        // Who shares the file waits before he gives up; who locks it does not.
        String url = cli.url() + ";FILE_LOCK=FS";
        Cli.Ran ran = Cli.run(url, Map.of(), "", "status", "--user", "nobody");

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err())
                .contains("Cannot connect to " + url + ": ")
                .doesNotContain("AUTO_SERVER", "IFEXISTS", "WRITE_DELAY", "TRACE_LEVEL_FILE")
                .hasLineCount(1);
    }

    @Test
    void columns_stay_in_line_below_a_cell_that_is_wider() {
        StringWriter out = new StringWriter();
        try (Table table = new Table(new PrintWriter(out), "NAME", ">LAG", "TOPICS")) {
            table.row("a", 1, "everything");
            table.row("b".repeat(90), 22, "order");
        }

        assertThat(out.toString().lines())
                .containsExactly(
                        "NAME" + " ".repeat(76) + "  LAG  TOPICS",
                        "a" + " ".repeat(79) + "    1  everything",
                        "b".repeat(90),
                        " ".repeat(82) + " 22  order");
    }

    @Test
    void a_password_file_that_is_no_text_is_an_error() throws Exception {
        Path file = Files.write(folder.resolve("password"), new byte[] {(byte) 0xE9, '\n'});

        assertThat(cli.run("status", "--password-file", file.toString()).err()).contains("it is no UTF-8");
    }

    @Test
    void a_password_file_that_cannot_be_read_is_an_error() {
        Cli.Ran ran =
                cli.run("status", "--password-file", folder.resolve("missing").toString());

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("password file").contains("there is no such file");
    }
}
