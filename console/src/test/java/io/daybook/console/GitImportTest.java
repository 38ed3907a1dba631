package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.console.git.GitRepository;
import io.daybook.console.git.HeadTree;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import io.daybook.ledger.LedgerPoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitImportTest {

    @TempDir
    Path folder;

    private Cli cli;
    private TestRepository repository;

    @BeforeEach
    void open() throws IOException {
        cli = new Cli(folder);
        repository = new TestRepository(folder.resolve("repository.git"));
    }

    @AfterEach
    void close() {
        repository.close();
    }

    @Test
    void a_commit_becomes_one_unit_of_work_by_its_author() throws Exception {
        ObjectId commit = repository
                .put("README.md", "hello")
                .commit("Begin", "Kim <kim@x.org> 1500000000 +0200", "Lee <lee@x.org> 1500000100 +0000");

        assertThat(importGit().out()).startsWith("1 commit of 1 imported (2 events)");

        try (Daybook daybook = Daybook.open(cli.url())) {
            Event created = only(daybook, "commit", commit.name());
            Event file = only(daybook, "file", "README.md");
            assertThat(created.actor()).contains("Kim <kim@x.org>");
            assertThat(created.creationDate()).isEqualTo(Instant.ofEpochSecond(1_500_000_100));
            assertThat(created.attributeValue().orElseThrow().members())
                    .containsEntry("author", Value.of("Kim <kim@x.org>"))
                    .containsEntry("date", Value.of("2017-07-14T04:40+02:00"))
                    .containsEntry("subject", Value.of("Begin"));
            assertThat(file.transactionId()).isEqualTo(created.transactionId());
            assertThat(file.operation()).isEqualTo(Operation.CREATION);
        }
    }

    @Test
    void odd_histories_end_with_the_files_of_head() throws Exception {
        ObjectId first = repository
                .put("README.md", "one")
                .put("tool", FileMode.EXECUTABLE_FILE, "#!")
                .put("link", FileMode.SYMLINK, "README.md")
                .put("deep/er/file", "x")
                .put("becomes-folder", "a file")
                .put("folder/inside", "becomes a file")
                .put("caf\u00e9-latin1", "no UTF-8")
                .put(TestRepository.path("caf\u00e9 \ud83d\ude00 utf8"), "UTF-8")
                .put("long/" + "x".repeat(240), "long")
                .put("long/" + "x".repeat(241), "longer")
                .put("\"quoted\\n\"", "odd name")
                .commit("Begin");
        repository.commit("Nothing changed");
        repository
                .putSubmodule("sub", first)
                .put("tool", FileMode.REGULAR_FILE, "#!")
                .put("link", FileMode.REGULAR_FILE, "no link any more")
                .remove("becomes-folder")
                .put("becomes-folder/a", "1")
                .remove("folder/inside")
                .put("folder", "now a file")
                .remove("deep/er/file")
                .commit("Change kinds");
        repository
                .put("deep/er/file", "again")
                .putSubmodule("sub", ObjectId.fromString("1".repeat(40)))
                .put("caf\u00e9-latin1", "changed")
                .put("long/" + "x".repeat(240), "changed")
                .commit("Again");

        assertThat(importGit().exitCode()).isZero();

        assertStateIsHead();
        try (Daybook daybook = Daybook.open(cli.url())) {
            assertThat(daybook.history("file", "deep/er/file").stream().map(Event::operation))
                    .containsExactly(Operation.CREATION, Operation.DELETION, Operation.CREATION);
            assertThat(daybook.state("file", "sub").orElseThrow().attribute("mode"))
                    .contains(Value.of("160000"));
            assertThat(daybook.state("file", "//caf\\351-latin1")).isPresent();
            assertThat(daybook.state("file", "caf\u00e9 \ud83d\ude00 utf8")).isPresent();
            assertThat(daybook.history("file", "tool").stream()
                            .map(e -> e.attributeName().orElse("")))
                    .containsExactly("", "mode");
        }
    }

    @Test
    void ids_of_long_paths_are_announced_and_their_events_tell_the_path() throws Exception {
        String path = "long/" + "x".repeat(240);
        repository.put(path, "long").commit("Begin");

        Cli.Ran ran = importGit();

        assertThat(ran.exitCode()).isZero();
        assertThat(ran.err()).contains("1 change of files whose path is too long");
        Cli.Ran tail = cli.run("tail", "--type", "file", "--json");
        assertThat(tail.out()).contains("//sha256:").contains("\"metadata\":{\"path\":\"" + path + "\"}");
    }

    @Test
    void absurd_dates_and_authors_are_imported() throws Exception {
        List<String> lines = List.of(
                "Old <o@x.org> -1000000000 +0000",
                "Far <f@x.org> 99999999999999 +0000",
                "Farther <f@x.org> 99999999999999999999999 +0000",
                "No Date <n@x.org>",
                "Odd Zone <z@x.org> 1500000000 +9999",
                "N".repeat(300) + " <n@x.org> 1500000000 +0000",
                " 1500000000 +0000");
        ObjectId last = ObjectId.zeroId();
        for (int i = 0; i < lines.size(); i++) {
            repository.put("f", "" + i);
            last = repository.commit("s".repeat(5_000), lines.get(i), lines.get(i));
        }

        assertThat(importGit().exitCode()).isZero();

        assertStateIsHead();
        try (Daybook daybook = Daybook.open(cli.url())) {
            assertThat(daybook.ledger().after(LedgerPoint.BEGINNING, 100, "test"))
                    .extracting(entry -> entry.event().creationDate())
                    .contains(
                            Instant.ofEpochSecond(-1_000_000_000),
                            Instant.parse("9999-12-31T23:59:59Z"),
                            Instant.EPOCH);
            assertThat(only(daybook, "commit", last.name()).actor()).isPresent();
        }
    }

    @Test
    void running_again_appends_only_what_is_new() throws Exception {
        repository.grow(30, new Random(1));
        importGit();
        repository.grow(12, new Random(2));

        assertThat(importGit().out()).startsWith("12 commits of 42 imported");
        assertThat(importGit().out()).startsWith("0 commits of 42 imported (0 events)");
        assertStateIsHead();
        assertThat(cli.run("verify").exitCode()).isZero();
    }

    @Test
    void a_rewritten_history_is_refused_and_nothing_is_appended() throws Exception {
        ObjectId first = repository.put("a", "1").commit("One");
        repository.put("a", "2").commit("Two");
        importGit();
        String before = cli.run("status", "--json").out();
        repository.moveTo(first);
        repository.put("a", "3").commit("Two, rewritten");

        Cli.Ran ran = importGit();

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("the history was rewritten").contains("Nothing was imported.");
        assertThat(cli.run("status", "--json").out()).isEqualTo(before);
    }

    @Test
    void head_moved_back_is_refused_until_it_comes_back() throws Exception {
        ObjectId first = repository.put("a", "1").commit("One");
        ObjectId second = repository.put("a", "2").commit("Two");
        importGit();

        repository.moveTo(first);
        assertThat(importGit().exitCode()).isEqualTo(1);
        repository.moveTo(second);
        assertThat(importGit().exitCode()).isZero();
    }

    @Test
    void another_repository_is_refused() throws Exception {
        repository.put("a", "1").commit("One");
        importGit();
        try (TestRepository other = new TestRepository(folder.resolve("other.git"))) {
            other.put("b", "1").commit("Something else");

            Cli.Ran ran = cli.run("import", "git", other.folder().toString());

            assertThat(ran.exitCode()).isEqualTo(1);
            assertThat(ran.err()).contains("of another repository");
        }
    }

    @Test
    void a_shallow_clone_begins_where_it_was_cut() throws Exception {
        repository.grow(10, new Random(3));
        ObjectId cut = repository.put("here", "1").commit("Cut here");
        repository.cutBefore(cut);
        repository.put("here", "2").commit("After");

        assertThat(importGit().out()).startsWith("2 commits of 2 imported");
        assertStateIsHead();
    }

    @Test
    void a_repository_without_commits_is_no_error() {
        assertThat(importGit().out()).contains("no commit yet");
    }

    @Test
    void a_folder_that_is_no_repository_is_an_error() {
        Cli.Ran ran = cli.run("import", "git", folder.toString());

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("is no git repository");
    }

    private Cli.Ran importGit() {
        return cli.run("import", "git", repository.folder().toString());
    }

    private void assertStateIsHead() throws Exception {
        try (Daybook daybook = Daybook.open(cli.url());
                GitRepository git = GitRepository.in(repository.folder())) {
            Set<String> alive = new HashSet<>();
            LedgerPoint place = LedgerPoint.BEGINNING;
            while (place.position() < daybook.head()) {
                for (var entry : daybook.ledger().after(place, 100, "test")) {
                    Event event = entry.event();
                    if (event.entityType().name().equals("file")) {
                        if (event.operation().equals(Operation.DELETION)) {
                            alive.remove(event.entityId());
                        } else {
                            alive.add(event.entityId());
                        }
                    }
                    place = entry.point();
                }
            }
            HeadTree.Comparison comparison =
                    new HeadTree(git).compare(git.head(), id -> daybook.state("file", id), alive);
            assertThat(comparison.differences()).isEmpty();
            assertThat(comparison.files()).isEqualTo(alive.size()).isPositive();
        }
    }

    private static Event only(Daybook daybook, String type, String id) {
        List<Event> events = daybook.history(type, id).toList();
        assertThat(events).hasSize(1);
        return events.get(0);
    }
}
