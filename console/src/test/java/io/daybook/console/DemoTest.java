package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
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

    private Cli.Ran demo() {
        return cli.run("demo", "--once", "--git", repository.folder().toString(), "--feed", feed.toString());
    }

    static String summary(Cli.Ran ran) {
        assertThat(ran.out()).as(ran.err()).contains("Summary");
        return ran.out().substring(ran.out().indexOf("Summary"));
    }
}
