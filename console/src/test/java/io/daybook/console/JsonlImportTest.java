package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.event.Event;
import io.daybook.event.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonlImportTest {

    @TempDir
    Path folder;

    private Cli cli;
    private Path file;

    @BeforeEach
    void name() {
        cli = new Cli(folder);
        file = folder.resolve("events.jsonl");
    }

    @Test
    void every_field_arrives() throws Exception {
        write("""
                {"entity_type":"order","entity_id":"o-1","operation":"CREATION","attribute_value":{"total":42.10,"status":"new"},"creation_date":"2020-01-31T12:00:00+01:00","actor":"kim","reason":"phone","correlation_id":"c-1","metadata":{"till":7},"transaction":"t1"}
                {"entity_type":"order","entity_id":"o-1","operation":"UPDATE","attribute_name":"status","attribute_value":null,"transaction":"t1"}
                {"entity_type":"order","entity_id":"o-1","operation":"APPROVAL","attribute_value":{"by":"lee"}}
                """);

        assertThat(load().out()).startsWith("3 events in 2 units of work imported. The ledger is at position 3.");

        try (Daybook daybook = Daybook.open(cli.url())) {
            List<Event> events = daybook.history("order", "o-1").toList();
            Event first = events.get(0);
            assertThat(first.attributeValue()).contains(Value.ofJson("{\"total\":42.1,\"status\":\"new\"}"));
            assertThat(first.creationDate()).isEqualTo(Instant.parse("2020-01-31T11:00:00Z"));
            assertThat(first.actor()).contains("kim");
            assertThat(first.reason()).contains("phone");
            assertThat(first.correlationId()).contains("c-1");
            assertThat(first.metadata()).containsEntry("till", Value.of(7));
            assertThat(events.get(1).attributeValue()).contains(Value.of(null));
            assertThat(events.get(1).transactionId()).isEqualTo(first.transactionId());
            assertThat(events.get(2).transactionId()).isNotEqualTo(first.transactionId());
        }
    }

    @Test
    void a_bad_line_stops_the_import_and_what_was_before_is_kept() throws Exception {
        write(created("a", null), created("b", "t"), "{\"entity_type\":\"order\",", created("c", null));

        Cli.Ran ran = load();

        assertThat(ran.exitCode()).isEqualTo(4);
        assertThat(ran.err()).contains("line 3").contains("is not JSON").contains("everything before");
        assertThat(ran.err()).doesNotContain("Source:", "UNKNOWN");
        assertThat(exists("a")).isTrue();
        // The unreadable line may be of b's unit of work: nobody knows.
        assertThat(exists("b")).isFalse();
        assertThat(exists("c")).isFalse();
    }

    @Test
    void a_corrected_file_goes_on_with_resume_and_nothing_comes_twice() throws Exception {
        write(created("a", null), created("b", "t"), "nonsense", created("c", null));
        load();
        write(created("a", null), created("b", "t"), created("b2", "t"), created("c", null));

        assertThat(load().err()).contains("Line 1 of \"events.jsonl\" was imported before");
        Cli.Ran ran = load("--resume");

        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).startsWith("3 events in 2 units of work imported, 1 was there already.");
        assertThat(load("--resume").out()).startsWith("0 events in 0 units of work imported, 3 were there already.");
    }

    @Test
    void a_unit_of_work_that_grew_since_it_was_imported_is_refused() throws Exception {
        write(created("a", null), opened("d", "t1"));
        load();
        write(created("a", null), opened("d", "t1"), opened("d", "t1"), created("b", null));

        Cli.Ran ran = load("--resume");

        assertThat(ran.exitCode()).isEqualTo(4);
        assertThat(ran.err())
                .contains("line 2: its unit of work was imported before with 1 line and has 2 lines now")
                .contains("give new lines a transaction of their own");
        assertThat(cli.run("tail", "--json").lines()).hasSize(2);

        // Every other unit is fine.
        assertThat(load("--resume", "--on-error", "skip").out()).startsWith("1 event in 1 unit of work imported");
        assertThat(cli.run("tail", "--json").lines()).hasSize(3);
    }

    @Test
    void a_unit_of_work_that_shrank_or_changed_since_it_was_imported_is_refused() throws Exception {
        write(opened("d", "t1"), opened("d", "t1"));
        load();

        write(opened("d", "t1"));
        assertThat(load("--resume").err()).contains("imported before with 2 lines and has 1 line now");

        write(opened("d", "t1"), opened("e", "t1"));
        assertThat(load("--resume").err()).contains("line 2").contains("before about door d and is about door e now");
        assertThat(cli.run("tail", "--json").lines()).hasSize(2);
    }

    @Test
    void skip_leaves_out_the_whole_unit_of_work_of_a_bad_line() throws Exception {
        write(
                created("a", null),
                created("b", "t"),
                "{\"entity_type\":\"order\",\"entity_id\":\"b\",\"operation\":\"UPDATE\",\"transaction\":\"t\"}",
                created("c", "t"),
                created("d", "u"));

        Cli.Ran ran = load("--on-error", "skip");

        assertThat(ran.exitCode()).isEqualTo(4);
        assertThat(ran.err())
                .contains("line 3 (of the unit of work from line 2): UPDATE sets one attribute")
                .contains("Units of work left out: 1");
        assertThat(List.of(exists("a"), exists("b"), exists("c"), exists("d")))
                .containsExactly(true, false, false, true);
    }

    @Test
    void bad_fields_are_named() throws Exception {
        assertBad(
                "{\"entity_type\":\"order\",\"entity_id\":\"x\",\"operation\":\"CREATION\",\"color\":1}",
                "There is no field \"color\"");
        assertBad("{\"entity_type\":\"Order\",\"entity_id\":\"x\",\"operation\":\"CREATION\"}", "lower-case word");
        assertBad("{\"entity_type\":\"order\",\"operation\":\"CREATION\"}", "entity_id is missing");
        assertBad(
                "{\"entity_type\":\"order\",\"entity_id\":7,\"operation\":\"CREATION\"}",
                "entity_id is a text, found a JSON number");
        assertBad(
                "{\"entity_type\":\"order\",\"entity_id\":\"x\",\"operation\":\"CREATION\",\"creation_date\":\"yesterday\"}",
                "no ISO 8601 date");
        assertBad(
                "{\"entity_type\":\"order\",\"entity_id\":\"x\",\"operation\":\"UPDATE\",\"attribute_name\":\"a\"}",
                "was never created");
        assertBad("[1]", "it is no JSON object");
        assertBad("{\"a\":1,\"a\":2}", "stands twice");
        assertBad(
                "{\"entity_type\":\"order\",\"entity_id\":\"" + "x".repeat(201) + "\",\"operation\":\"CREATION\"}",
                "at most 200");
    }

    @Test
    void bytes_that_are_no_utf_8_are_a_bad_line() throws Exception {
        Files.write(file, "{\"entity_id\":\"caf\u00e9\"}\n".getBytes(StandardCharsets.ISO_8859_1));

        Cli.Ran ran = load();

        assertThat(ran.exitCode()).isEqualTo(4);
        assertThat(ran.err()).contains("line 1: it is no UTF-8");
    }

    @Test
    void a_line_without_end_is_refused_in_bounded_memory() throws Exception {
        Files.write(file, new byte[(16 << 20) + 1]);
        Files.writeString(file, "\n" + created("a", null) + "\n", StandardOpenOption.APPEND);

        Cli.Ran ran = load("--on-error", "skip");

        assertThat(ran.err()).contains("line 1: it has more than 16,777,216 bytes");
        assertThat(exists("a")).isTrue();
    }

    @Test
    void a_unit_of_work_has_one_actor() throws Exception {
        write(
                created("a", "t").replace("}", ",\"actor\":\"kim\"}"),
                created("b", "t").replace("}", ",\"actor\":\"lee\"}"));

        assertThat(load().err()).contains("line 2 (of the unit of work from line 1): the actor of its unit of work");
    }

    @Test
    void standard_input_blank_lines_and_a_missing_last_line_feed_are_fine() {
        Cli.Ran ran = cli.runWith(
                "\uFEFF" + created("a", null) + "\r\n\n  \n" + created("b", null), "import", "-", "--source", "pipe");

        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).startsWith("2 events");
    }

    @Test
    void the_same_lines_under_another_source_are_other_events() throws Exception {
        String line = "{\"entity_type\":\"door\",\"entity_id\":\"d\",\"operation\":\"OPENED\"}";
        write(line, line);
        assertThat(load().out()).startsWith("2 events");

        assertThat(load("--source", "second").out()).startsWith("2 events");
        assertThat(cli.run("history", "door", "d", "--json").lines()).hasSize(4);
    }

    @Test
    void a_file_that_is_not_there_is_an_error() {
        Cli.Ran ran = load();

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("there is no such file");
    }

    private void assertBad(String line, String why) throws IOException {
        write(line);
        Cli.Ran ran = load();
        assertThat(ran.exitCode()).isEqualTo(4);
        assertThat(ran.err()).contains("line 1: ").contains(why);
    }

    private static String created(String id, String transaction) {
        String unit = transaction == null ? "" : ",\"transaction\":\"%s\"".formatted(transaction);
        return "{\"entity_type\":\"order\",\"entity_id\":\"%s\",\"operation\":\"CREATION\"%s}".formatted(id, unit);
    }

    private static String opened(String id, String transaction) {
        return "{\"entity_type\":\"door\",\"entity_id\":\"%s\",\"operation\":\"OPENED\",\"transaction\":\"%s\"}"
                .formatted(id, transaction);
    }

    private boolean exists(String id) {
        return cli.run("state", "order", id).exitCode() == 0;
    }

    private void write(String... lines) throws IOException {
        Files.writeString(file, String.join("\n", lines) + "\n");
    }

    private Cli.Ran load(String... options) {
        String[] args = new String[options.length + 2];
        args[0] = "import";
        args[1] = file.toString();
        System.arraycopy(options, 0, args, 2, options.length);
        return cli.run(args);
    }
}
