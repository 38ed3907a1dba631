package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.daybook.Daybook;
import io.daybook.event.Operation;
import io.daybook.testkit.Await;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Export, the import of what it wrote, and all that can be wrong with a file in between. */
class ExportTest {

    @TempDir
    private static Path shared;

    @TempDir
    Path folder;

    /** Six events of six units of work. To be read only: all tests have the same. */
    private static Cli cli;

    private Cli other;
    private Path file;

    @BeforeAll
    static void fill() {
        cli = new Cli(shared);
        fill(cli, 6);
    }

    @BeforeEach
    void name() {
        other = new Cli(folder.resolve("target"));
        file = folder.resolve("events.jsonl");
    }

    private static void fill(Cli cli, int units) {
        try (Daybook daybook = Daybook.open(cli.url())) {
            for (int unit = 0; unit < units; unit++) {
                int n = unit;
                daybook.as("kim")
                        .because("a \"line\"\nand another")
                        .transact(tx -> tx.record("order", "o-" + n % 2, Operation.of("ACT"), Map.of("n", n)));
            }
            Await.sequenced(daybook);
        }
    }

    private Cli.Ran export(String... more) {
        return export(cli, more);
    }

    private Cli.Ran export(Cli cli, String... more) {
        return cli.run(Cli.with(new String[] {"export", "--to", file.toString()}, more));
    }

    @Test
    void an_export_comes_back_and_is_exported_the_same_but_for_hash_and_recorded_time() throws Exception {
        assertThat(export().out()).startsWith("6 events exported to " + file + ", up to position 6.");
        byte[] first = Files.readAllBytes(file);
        assertThat(export("--overwrite").exitCode()).isZero();
        assertThat(Files.readAllBytes(file)).isEqualTo(first);
        assertThat(cli.run("export").out()).isEqualTo(new String(first, StandardCharsets.UTF_8));

        Cli.Ran ran = other.run("import", file.toString());

        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(ran.out()).startsWith("6 events of an export imported. The ledger is at position 6.");
        assertThat(bare(other.run("export").lines())).isEqualTo(bare(Files.readAllLines(file)));
        assertThat(other.run("verify").exitCode()).isZero();
        assertThat(other.run("import", file.toString()).err())
                .contains("This daybook has 6 events")
                .contains("--resume");
        assertThat(other.run("import", file.toString(), "--resume", "--json").out())
                .startsWith("{\"events\":0,\"known\":6,\"position\":6}");
    }

    private static List<String> bare(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceAll(",\"recorded_at\":\"[^\"]*\"", "").replaceAll(",\"hash\":\"[^\"]*\"", ""))
                .toList();
    }

    @Test
    void a_file_that_is_there_is_neither_written_over_nor_gone_on_with_by_mistake() throws Exception {
        Files.writeString(file, "mine");

        assertThat(export().err())
                .contains("is there already")
                .contains("--resume")
                .contains("--overwrite");
        assertThat(export("--resume").err()).contains(".export is missing");
        assertThat(Files.readString(file)).isEqualTo("mine");
        assertThat(cli.run("export", "--to", folder.toString()).err()).contains("is a directory");
        assertThat(cli.run("export", "--to", "").exitCode()).isEqualTo(2);
        assertThat(cli.run("export", "--to", "a\0b").exitCode()).isEqualTo(2);
        assertThat(cli.run("export", "--to", folder.resolve("none/x.jsonl").toString())
                        .err())
                .contains("cannot be written");
        assertThat(cli.run("export", "--to", "/dev/full").err()).contains("is no regular file");
        assertThat(cli.run("export", "--resume").err()).contains("name it with --to");
        assertThat(export("--resume", "--overwrite").exitCode()).isEqualTo(2);
        assertThat(export("--format", "xml").err()).contains("neither jsonl nor csv");
        assertThat(export("--safe-for-spreadsheets").exitCode()).isEqualTo(2);
        assertThat(export("--type", "No Type").exitCode()).isEqualTo(2);
        assertThat(export("--recorded-from", "yesterday").err()).contains("ISO 8601");
        assertThat(Files.readString(file)).isEqualTo("mine");
    }

    @Test
    void a_torn_export_is_gone_on_with_behind_its_last_whole_line() throws Exception {
        for (String format : List.of("jsonl", "csv")) {
            assertThat(export("--format", format, "--overwrite").exitCode()).isZero();
            byte[] whole = Files.readAllBytes(file);
            for (int cut : new int[] {0, 150, whole.length - 1, whole.length}) {
                Files.write(file, java.util.Arrays.copyOf(whole, cut));

                Cli.Ran ran = export("--format", format, "--resume");

                assertThat(ran.exitCode())
                        .as("%s cut at %d: %s", format, cut, ran.err())
                        .isZero();
                assertThat(Files.readAllBytes(file))
                        .as("%s cut at %d", format, cut)
                        .isEqualTo(whole);
            }
        }
    }

    @Test
    void resume_adds_what_came_since_and_refuses_another_filter_daybook_or_file() throws Exception {
        Cli source = new Cli(folder.resolve("source"));
        fill(source, 6);
        export(source);
        fill(source, 2);
        assertThat(export(source, "--resume").out()).startsWith("2 events exported");
        assertThat(Files.readAllLines(file)).hasSize(8);

        assertThat(export(source, "--resume", "--type", "order").err()).contains("begun as another export");
        assertThat(export(source, "--resume", "--format", "csv").err()).contains("begun as another export");
        other.run("migrate");
        assertThat(other.run("export", "--to", file.toString(), "--resume").err())
                .contains("begun as another export");
        byte[] whole = Files.readAllBytes(file);
        Files.writeString(
                file, Files.readString(file).replace("{\"n\":1},\"creation_date\"", "{\"n\":7},\"creation_date\""));
        assertThat(export(source, "--resume").err()).contains("is not what this daybook has there");
        Files.writeString(file, "nothing of ours\n");
        assertThat(export(source, "--resume").err()).contains("is not what this daybook has there");
        Files.write(file, whole);
        assertThat(export(source, "--resume").out()).startsWith("0 events exported");
    }

    @Test
    void no_name_of_a_file_comes_from_what_is_exported() throws Exception {
        try (Daybook daybook = Daybook.open(other.url())) {
            daybook.as("../../actor").transact(tx -> tx.create("order", "../../x", Map.of("../../y", "../../z")));
            Await.sequenced(daybook);
        }
        Path out = Files.createDirectory(folder.resolve("out"));
        assertThat(other.run("export", "--to", out.resolve("x.jsonl").toString(), "--id", "../../x")
                        .exitCode())
                .isZero();
        try (var files = Files.list(out)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("x.jsonl", "x.jsonl.export");
        }
        try (var files = Files.list(folder)) {
            assertThat(files.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("out", "target");
        }
    }

    @Test
    void csv_has_the_columns_of_event_history_and_every_text_as_it_is() throws Exception {
        String odd = "a,\"b\"\r\n\u202E\uD83D\uDE00\tc";
        try (Daybook daybook = Daybook.open(other.url())) {
            daybook.as("=cmd|' /C calc'!A0").because("").transact(tx -> {
                tx.create("order", odd, Map.of("name", odd));
                tx.update("order", odd, "name", "@sum(1)");
                tx.update("order", odd, "balance", -5);
            });
            Await.sequenced(daybook);
        }
        export(other, "--format", "csv");

        List<CSVRecord> records = read(file);
        assertThat(records).hasSize(3);
        CSVRecord first = records.get(0);
        assertThat(first.toMap().keySet())
                .containsExactly(
                        "position",
                        "event_id",
                        "state",
                        "recorded_at",
                        "occurred_at",
                        "entity_type",
                        "entity_id",
                        "version",
                        "operation",
                        "attribute_name",
                        "attribute_value",
                        "value_text",
                        "metadata",
                        "actor",
                        "reason",
                        "correlation_id",
                        "causation_position",
                        "transaction_id",
                        "context",
                        "erased",
                        "application",
                        "application_version",
                        "host",
                        "database_user",
                        "redacted");
        assertThat(first.get("entity_id")).isEqualTo(odd);
        assertThat(first.get("actor")).isEqualTo("=cmd|' /C calc'!A0");
        assertThat(first.get("attribute_value")).contains("\\r\\n");
        assertThat(records.get(1).get("value_text")).isEqualTo("@sum(1)");
        assertThat(records.get(2).get("value_text")).isEqualTo("-5");
        // Null is nothing between the commas, an empty text is a pair of quotes.
        assertThat(Files.readString(file)).contains(",\"\",,,");

        export(other, "--format", "csv", "--safe-for-spreadsheets", "--overwrite");
        assertThat(read(file).get(0).get("actor")).isEqualTo("'=cmd|' /C calc'!A0");
        assertThat(read(file).get(1).get("value_text")).isEqualTo("'@sum(1)");
        assertThat(read(file).get(1).get("entity_id")).isEqualTo(odd);
    }

    private static List<CSVRecord> read(Path file) throws IOException {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get();
        try (Reader reader = Files.newBufferedReader(file)) {
            return format.parse(reader).getRecords();
        }
    }

    @Test
    void filters_are_combined() {
        assertThat(cli.run("export", "--id", "o-1").lines()).hasSize(3);
        assertThat(cli.run("export", "--id", "o-1", "--id", "o-0", "--from", "2", "--until", "4")
                        .lines())
                .hasSize(3);
        assertThat(cli.run("export", "--actor", "lee").lines()).isEmpty();
        assertThat(cli.run("export", "--occurred-before", "2020-01-01T00:00:00Z")
                        .lines())
                .isEmpty();
        Cli.Ran ran = cli.run("export", "--recorded-from", "2020-01-01T00:00:00Z", "--operation", "ACT");
        assertThat(ran.lines()).hasSize(6);
        assertThat(ran.err()).contains("6 events exported, up to position 6.");
    }

    @Test
    void a_file_that_is_not_the_whole_export_is_refused_with_its_line_and_can_be_corrected() throws Exception {
        export();
        List<String> lines = Files.readAllLines(file);
        assertBad(
                "line 4: The text is not JSON: the error is at line 1, column 81",
                with(lines, 3, lines.get(3).substring(0, 80)));
        assertBad("line 4: It has more than 16,777,216 bytes", with(lines, 3, "x".repeat((16 << 20) + 1)));
        assertBad("line 4: It is no JSON object", with(lines, 3, "[]"));
        assertBad("line 4: It is no line of an export", with(lines, 3, "{}"));
        assertBad("line 4: Position 5 comes after position 3", without(lines, 3));
        assertBad("line 4: Position 3 comes after position 3", with(lines, 3, lines.get(2)));
        assertBad("line 4: Position 5 comes after position 3", with(with(lines, 3, lines.get(4)), 4, lines.get(3)));
        assertBad(
                "line 4: Version 3 of order o-1 comes after version 1",
                with(lines, 3, lines.get(3).replace("\"version\":2", "\"version\":3")));
        assertBad(
                "line 4: It is of version 2 of the export",
                with(lines, 3, lines.get(3).replace("\"export\":1", "\"export\":2")));
        assertBad(
                "line 4: version is a whole number",
                with(lines, 3, lines.get(3).replace("\"version\":2", "\"version\":\"2\"")));
        assertBad(
                "line 4: There is no field \"color\"",
                with(lines, 3, lines.get(3).replace("{\"export\"", "{\"color\":1,\"export\"")));
        assertBad(
                "line 4: It was exported without its sensitive values",
                with(lines, 3, lines.get(3).replace("{\"export\"", "{\"redacted\":true,\"export\"")));
        assertBad(
                "line 4: transaction \"x\" is no UUID",
                with(lines, 3, lines.get(3).replaceAll("\"transaction\":\"[^\"]*\"", "\"transaction\":\"x\"")));
        assertBad(
                "line 6: Position 6 is the last one, and unit of work",
                with(lines, 5, lines.get(5).replace("\"transaction_events\":1", "\"transaction_events\":2")));
        assertThat(other.run("export").lines()).as("nothing was written").isEmpty();
        Files.write(file, new byte[] {(byte) 0xC3, 0x28, '\n'}, StandardOpenOption.APPEND);
        assertThat(other.run("import", file.toString(), "--resume").err()).contains("line 7: It is no UTF-8");

        Files.write(file, lines);
        assertThat(other.run("import", file.toString(), "--resume").exitCode()).isZero();
        assertThat(bare(other.run("export").lines())).isEqualTo(bare(lines));
        assertThat(other.run("import", folder.toString()).err()).contains("is a directory");
    }

    @Test
    void values_that_are_larger_than_a_command_appends_come_back_too() throws Exception {
        Cli source = new Cli(folder.resolve("source"));
        try (Daybook daybook =
                Daybook.builder().url(source.url()).maxValueBytes(3 << 20).open()) {
            daybook.transact(tx -> tx.create("order", "o-1", Map.of("large", "x".repeat(2 << 20))));
            Await.sequenced(daybook);
        }
        export(source);

        Cli.Ran refused = other.run("import", file.toString(), "--max-value-bytes", "2000000");
        assertThat(refused.exitCode()).isEqualTo(4);
        assertThat(refused.err()).contains("line 1: The value of CREATION of order o-1 takes 2097164 bytes");
        assertThat(other.run("import", file.toString(), "--max-value-bytes", "0")
                        .exitCode())
                .isEqualTo(2);

        Cli.Ran ran = other.run("import", file.toString());

        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(ran.err()).contains("Keys of units of work (once) and what is declared sensitive are in no export");
        assertThat(bare(other.run("export").lines())).isEqualTo(bare(Files.readAllLines(file)));
    }

    @Test
    void resume_and_first_run_hide_the_same() throws Exception {
        Cli source = new Cli(folder.resolve("source"));
        fill(source, 1);
        source.run("sensitive", "order", "n");
        assertThat(export(source).exitCode()).isZero();
        byte[] hiding = Files.readAllBytes(file);
        fill(source, 1);

        assertThat(export(source, "--resume", "--show-sensitive").err()).contains("begun as another export");
        source.run("sensitive", "order", "m");
        assertThat(export(source, "--resume").err())
                .contains("begun as another export")
                .contains("--overwrite");
        assertThat(Files.readAllBytes(file)).isEqualTo(hiding);
        assertThat(export(source, "--overwrite", "--show-sensitive").exitCode()).isZero();
        assertThat(Files.readString(file)).contains("\"n\":0");
        assertThat(export(source, "--resume", "--show-sensitive").exitCode()).isZero();
    }

    @Test
    void a_file_beside_that_no_export_wrote_is_left_alone() throws Exception {
        Path beside = folder.resolve("events.jsonl.export");
        for (String mine : List.of("mine", "[]", "{\"format\":\"jsonl\"}")) {
            Files.writeString(beside, mine);
            assertThat(export().err()).contains("no export wrote it");
            assertThat(file).doesNotExist();
            assertThat(beside).hasContent(mine);
        }
        Files.writeString(file, "old");
        assertThat(export("--overwrite").err()).contains("no export wrote it");
        assertThat(file).hasContent("old");
        Files.delete(beside);
        Files.createDirectory(beside);
        assertThat(export("--overwrite").err()).contains("no export wrote it");

        Files.delete(beside);
        assertThat(export("--overwrite").exitCode()).isZero();
        Files.delete(file);
        assertThat(export("--operation", "ACT").exitCode()).as("ours").isZero();
        assertThat(beside).content().contains("{\"operation\":[\"ACT\"]}");
    }

    @Test
    void what_a_file_is_of_is_said_anew_only_once_the_old_content_is_gone() throws Exception {
        Path program = Path.of("/bin/sleep");
        assumeThat(Files.isRegularFile(program) && !Files.isSymbolicLink(program))
                .isTrue();
        export("--operation", "ACT");
        Path beside = folder.resolve("events.jsonl.export");
        String before = Files.readString(beside);
        // Nobody, root neither, may write a program that runs.
        Files.delete(file);
        Files.copy(program, file, StandardCopyOption.COPY_ATTRIBUTES);
        Process running = new ProcessBuilder(file.toString(), "600").start();
        try {
            Cli.Ran ran = export("--overwrite");

            assertThat(ran.exitCode()).isEqualTo(1);
            assertThat(ran.err()).contains("cannot be written");
            assertThat(beside).hasContent(before);
        } finally {
            running.destroyForcibly().waitFor();
        }
    }

    private void assertBad(String message, List<String> lines) throws IOException {
        Files.write(file, lines);
        Cli.Ran ran = other.run("import", file.toString(), "--resume");
        assertThat(ran.err()).contains(message);
        assertThat(ran.exitCode()).isEqualTo(4);
    }

    private static List<String> with(List<String> lines, int index, String line) {
        List<String> changed = new java.util.ArrayList<>(lines);
        changed.set(index, line);
        return changed;
    }

    private static List<String> without(List<String> lines, int index) {
        List<String> changed = new java.util.ArrayList<>(lines);
        changed.remove(index);
        return changed;
    }

    @Test
    void what_only_looks_like_an_export_and_lines_that_are_mixed_are_refused() throws Exception {
        Files.write(file, cli.run("tail", "--json").lines());
        assertThat(other.run("import", file.toString()).err()).contains("line 1: It is no line of an export");
        List<String> exported = cli.run("export").lines();
        String hand = "{\"entity_type\":\"order\",\"entity_id\":\"o-1\",\"operation\":\"CREATION\"}";
        Files.write(file, List.of(hand, exported.get(0)));
        assertThat(other.run("import", file.toString()).err())
                .contains("line 2: It is a line of an export among others");
        Files.write(file, List.of(hand.replace("{\"entity_type", "{\"redacted\":[],\"entity_type")));
        assertThat(other.run("import", file.toString()).err()).contains("without its sensitive values");
        Files.write(file, exported);
        assertThat(other.run("import", file.toString(), "--on-error", "skip").exitCode())
                .isEqualTo(2);
        Files.writeString(file, "\uFEFF" + String.join("\n\n", exported));
        assertThat(new Cli(folder.resolve("third"))
                        .run("import", file.toString())
                        .out())
                .startsWith("6 events of an export imported");
    }

    @Test
    void a_baseline_makes_entities_known_once() throws Exception {
        Files.writeString(file, """
                {"entity_type":"customer","entity_id":"1","attributes":{"name":"Ada"},"creation_date":"2001-02-03T04:05:06Z","metadata":{"from":"crm"}}

                {"entity_type":"customer","entity_id":"2"}
                """);
        assertThat(other.run("baseline", file.toString(), "--actor", "migration")
                        .out())
                .startsWith("2 entities made known.");
        assertThat(other.run("baseline", file.toString()).out())
                .startsWith("0 entities made known, 2 were known and are as they were.");
        assertThat(other.run("history", "customer", "1", "--json").out())
                .contains("\"metadata\":{\"baseline\":true,\"from\":\"crm\"}")
                .contains("\"creation_date\":\"2001-02-03T04:05:06Z\"")
                .contains("\"actor\":\"migration\"");

        Files.writeString(file, "{\"entity_type\":\"customer\",\"entity_id\":\"3\"}\n{\"entity_id\":\"4\"}\n");
        Cli.Ran ran = other.run("baseline", file.toString(), "--json");
        assertThat(ran.exitCode()).isEqualTo(4);
        assertThat(ran.out()).startsWith("{\"created\":1,\"left_alone\":0}");
        assertThat(ran.err()).contains("line 2: entity_type is missing");
        assertThat(other.run("baseline", folder.toString()).err()).contains("is a directory");
    }
}
