package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.event.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {

    @TempDir
    Path folder;

    private Cli cli;
    private Path feed;
    private TestRepository repository;

    @BeforeEach
    void open() throws IOException {
        cli = new Cli(folder);
        feed = folder.resolve("feed.jsonl");
        repository = new TestRepository(folder.resolve("repository.git"));
        repository.grow(60, new Random(5));
    }

    @AfterEach
    void close() {
        repository.close();
    }

    @Test
    void run_again_it_comes_to_the_same_summary() {
        Cli.Ran first = demo();
        Cli.Ran second = demo();

        assertThat(first.exitCode()).isZero();
        assertThat(first.out()).contains("alert: README.md was changed by Author");
        assertThat(summary(first))
                .contains("verified, every position as it was written")
                .contains("each once")
                .contains("the same as in HEAD: every path, mode and blob");
        assertThat(summary(second)).isEqualTo(summary(first));
        assertThat(cli.run("registrations", "--json").lines()).hasSize(3).allMatch(line -> line.contains("\"lag\":0"));
    }

    @Test
    void for_programs_every_line_is_a_json_object_and_the_last_one_is_the_summary() throws Exception {
        List<String> lines = demo("--json").lines();

        assertThat(lines)
                .hasSizeGreaterThan(1)
                .allSatisfy(line -> assertThat(Value.ofJson(line).isObject()).isTrue());
        assertThat(lines.get(0)).startsWith("{\"alert\":\"README.md\",\"actor\":\"Author");
        Map<String, Value> summary = Value.ofJson(lines.get(lines.size() - 1))
                .members()
                .get("summary")
                .members();
        long positions = Files.readAllLines(feed).size();
        assertThat(summary)
                .containsEntry("clean", Value.of(true))
                .containsEntry("events", Value.of(positions))
                .containsEntry("feed_positions", Value.of(positions))
                .containsEntry("file_differences", Value.of(List.of()))
                .containsEntry(
                        "cursors", Value.of(Map.of("activity", positions, "alerts", positions, "feed", positions)));
    }

    @Test
    void events_are_counted_whether_they_are_as_they_were_written_or_not() throws Exception {
        demo();
        int events = Files.readAllLines(feed).size();
        try (Connection connection = DriverManager.getConnection(cli.url());
                Statement statement = connection.createStatement()) {
            statement.execute("update daybook.events set actor = 'somebody else' where event_id = 3");
        }

        Cli.Ran ran = demo();

        assertThat(ran.exitCode()).isEqualTo(3);
        assertThat(ran.out()).contains("PROBLEM at position 3").contains("Events        " + events);
    }

    @Test
    void new_commits_are_all_that_comes_in_the_next_run() throws Exception {
        demo();
        List<String> before = Files.readAllLines(feed);
        repository.grow(5, new Random(6));

        assertThat(demo().exitCode()).isZero();

        assertThat(Files.readAllLines(feed))
                .hasSizeGreaterThan(before.size())
                .startsWith(before.toArray(String[]::new));
    }

    @Test
    void a_torn_last_line_of_the_feed_is_made_whole() throws Exception {
        demo();
        List<String> whole = Files.readAllLines(feed);
        Files.writeString(feed, "{\"position\":99999,\"enti", StandardOpenOption.APPEND);

        demo();

        assertThat(Files.readAllLines(feed)).isEqualTo(whole);
    }

    @Test
    void what_the_feed_lost_is_fetched_from_the_ledger() throws Exception {
        demo();
        List<String> whole = Files.readAllLines(feed);
        Files.write(feed, whole.subList(0, 50));

        assertThat(demo().exitCode()).isZero();

        assertThat(Files.readAllLines(feed)).isEqualTo(whole);
    }

    @Test
    void the_feed_of_another_daybook_is_refused() throws Exception {
        demo();
        List<String> whole = Files.readAllLines(feed);
        Files.write(feed, List.of(whole.get(0).replace("commit", "tommic")));

        Cli.Ran ran = demo();

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("it is of another daybook");
    }

    @Test
    void without_a_repository_it_says_how_to_name_one() {
        Cli.Ran ran = cli.run("demo", "--once", "--git", folder.toString());

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("is no git repository");
    }

    private Cli.Ran demo(String... options) {
        return cli.run(Stream.concat(
                        Stream.of("demo", "--once", "--git", repository.folder().toString(), "--feed", feed.toString()),
                        Stream.of(options))
                .toArray(String[]::new));
    }

    static String summary(Cli.Ran ran) {
        assertThat(ran.out()).as(ran.err()).contains("Summary");
        return ran.out().substring(ran.out().indexOf("Summary"));
    }
}
