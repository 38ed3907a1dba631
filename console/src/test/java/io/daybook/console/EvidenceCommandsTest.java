package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvidenceCommandsTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "evidence.md");

    /** What a command line in the document names and what lies in the test's folder. */
    private static final Pattern FILE =
            Pattern.compile("anchors|anchor\\.key(\\.pub)?|o-1\\.proof\\.json|events\\.jsonl|anchors/.*");

    @TempDir
    Path folder;

    private Cli cli;

    @BeforeEach
    void name() {
        cli = new Cli(folder);
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private void fill(String... ids) {
        try (Daybook daybook = Daybook.open(cli.url())) {
            daybook.as("kim").transact(tx -> {
                for (String id : ids) {
                    tx.create("order", id, Map.of("status", "new"));
                    tx.update("order", id, "status", "paid");
                }
            });
        }
    }

    private void execute(String... statements) throws Exception {
        try (Connection connection = DriverManager.getConnection(cli.url());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private void makeKeys() throws Exception {
        assertThat(cli.run("anchor", "--make-key", path("key")).exitCode()).isZero();
        assertThat(cli.run("anchor", "--make-key", path("other")).exitCode()).isZero();
    }

    private Cli.Ran verify(String... more) {
        return cli.run(Cli.with(new String[] {"verify", "--anchor", path("anchors")}, more));
    }

    /** Runs every command of the document, one after the other, and compares what it prints; {@code …} stands for anything. */
    @Test
    void the_session_of_the_document_prints_what_the_document_says() throws Exception {
        Files.writeString(folder.resolve("events.jsonl"), """
                {"entity_type":"order","entity_id":"o-1","operation":"CREATION","attribute_value":{"status":"new"}}
                {"entity_type":"order","entity_id":"o-1","operation":"UPDATE","attribute_name":"status","attribute_value":"paid"}
                {"entity_type":"order","entity_id":"o-2","operation":"CREATION"}
                """);
        int ran = 0;
        String document = Files.readString(DOCUMENT);
        for (String session :
                document.substring(document.indexOf("```\n$ ") + 4).split("```[^$]*(```\n)?", -1)) {
            if (!session.startsWith("$ ")) {
                continue;
            }
            for (String step : session.split("(?m)^\\$ ", -1)) {
                if (step.startsWith("psql ")) {
                    execute(step.substring(step.indexOf('"') + 1, step.lastIndexOf('"')));
                } else if (!step.isBlank()) {
                    assertPrints(step);
                    ran++;
                }
            }
        }
        assertThat(ran).isGreaterThanOrEqualTo(8);
    }

    private String daybookId() {
        try (Daybook daybook = Daybook.builder().url(cli.url()).readOnly().open()) {
            return daybook.id().toString();
        }
    }

    private void assertPrints(String step) {
        List<String> lines = step.lines().toList();
        List<String> arguments = new ArrayList<>();
        for (String argument : lines.get(0).split(" ", -1)) {
            if (FILE.matcher(argument).matches()) {
                arguments.add(path(argument) + (argument.endsWith("/") ? "/" : ""));
            } else {
                arguments.add(argument.equals("3f2c9a51-…") ? daybookId() : argument);
            }
        }
        assertThat(arguments.remove(0)).isEqualTo("./daybook");
        Cli.Ran said = cli.run(arguments.toArray(String[]::new));
        StringBuilder expected = new StringBuilder();
        lines.subList(1, lines.size())
                .forEach(line -> expected.append(Pattern.quote(line).replace("…", "\\E.*\\Q"))
                        .append("\n"));
        String answer = (said.out() + said.err()).replace(folder + "/", "");
        assertThat(answer.replaceAll("[ \n]*$", "\n"))
                .as(lines.get(0))
                .matches(Pattern.compile(expected.toString().replaceAll("[ \n]*$", "\n")));
    }

    @Test
    void an_anchor_alone_is_refused_because_anybody_can_make_a_key() throws Exception {
        fill("o-1");
        makeKeys();
        assertThat(cli.run("anchor", "--key", path("key"), "--to", path("anchors") + "/")
                        .out())
                .startsWith("Position 2, hash ")
                .contains("anchor-0000000000000000002.json");

        Cli.Ran refused = verify();
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("Whose signature is to be believed?");
        assertThat(cli.run("verify", "--public-key", path("key.pub")).exitCode())
                .isEqualTo(2);
        Cli.Ran unknown = verify("--accept-unknown-keys");
        assertThat(unknown.exitCode()).isZero();
        assertThat(unknown.out())
                .contains("SIGNED BY AN UNKNOWN KEY")
                .contains("NOTHING IS PROVED: no signature was checked. Up to position 2 it is consistent")
                .doesNotContain("Proved: ");
        assertThat(verify("--accept-unknown-keys", "--json").lines().get(0))
                .contains("\"proved_until\":0,\"consistent_until\":2");
        Cli.Ran other = verify("--public-key", path("other.pub"));
        assertThat(other.exitCode()).isEqualTo(3);
        assertThat(other.out()).contains("not one of those that are trusted").contains("NOTHING IS PROVED");
        Cli.Ran known = verify("--public-key", path("other.pub"), "--public-key", path("key.pub"), "--threads", "2");
        assertThat(known.exitCode()).isZero();
        assertThat(known.out()).contains("1 anchor fits of 1.").contains("Proved: positions 1 to 2");
        assertThat(verify("--public-key", path("key.pub"), "--threads", "0").exitCode())
                .isEqualTo(2);
        assertThat(verify("--public-key", path("key.pub"), "--threads", "12").exitCode())
                .isZero();
        assertThat(verify("--public-key", path("missing")).err()).contains("there is no such file");
    }

    @Test
    void what_was_changed_is_between_two_anchors() throws Exception {
        makeKeys();
        for (String id : List.of("o-1", "o-2", "o-3")) {
            fill(id);
            assertThat(cli.run("anchor", "--key", path("key"), "--to", path("anchors") + "/")
                            .exitCode())
                    .isZero();
        }
        execute("delete from daybook.events where entity_id = 'o-3'", "delete from daybook.ledger where position > 4");
        fill("o-4");

        Cli.Ran ran = verify("--public-key", path("key.pub"));

        assertThat(ran.exitCode()).isEqualTo(3);
        assertThat(ran.out())
                .startsWith("Clean: 6 positions are as they were written.")
                .contains("ANCHOR at position 6, signed at ")
                .contains("The newest anchor that fits is at position 4, the oldest that does not at 6");
        assertThat(verify("--public-key", path("key.pub"), "--json").lines().get(0))
                .contains("\"clean\":true")
                .contains("\"proved_until\":4")
                .contains("\"contradicted_at\":6");
        assertThat(cli.run("anchor", "--key", path("key"), "--to", path("anchors") + "/")
                        .err())
                .contains("was not overwritten");
        Files.writeString(folder.resolve("anchors").resolve("broken.json"), "{}");
        assertThat(verify("--public-key", path("key.pub")).out()).contains("NO ANCHOR ");
    }

    @Test
    void of_anchors_that_cannot_be_compared_nobody_says_that_they_are_not_there() throws Exception {
        makeKeys();
        for (String id : List.of("o-1", "o-2")) {
            fill(id);
            cli.run("anchor", "--key", path("key"), "--to", path("anchors") + "/");
        }
        execute("update daybook.events set actor = 'lee' where entity_id = 'o-2'");
        assertThat(verify("--public-key", path("key.pub")).out())
                .contains(
                        "Proved: positions 1 to 2 are unchanged and all there. Nothing is proved of the 2 positions after them.");
    }

    @Test
    void keys_and_files_that_are_there_are_never_overwritten() throws Exception {
        fill("o-1");
        makeKeys();
        Cli.Ran again = cli.run("anchor", "--make-key", path("key"));
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains("a key is never overwritten").hasLineCount(1);
        assertThat(cli.run("anchor", "--key", path("key"), "--public-key").out())
                .isEqualTo(Files.readString(folder.resolve("key.pub")));
        assertThat(cli.run("anchor").exitCode()).isEqualTo(2);
        assertThat(cli.run("anchor", "--key", path("nothing")).err()).contains("there is no such file");
        assertThat(cli.run("anchor", "--key", path("key.pub")).err()).contains("should have a \"PRIVATE KEY\"");
        assertThat(cli.run("anchor", "--key", path("key"), "--to", path("key")).err())
                .contains("evidence is never overwritten");
        String line = cli.run("anchor", "--key", path("key")).out();
        assertThat(line).hasLineCount(1).startsWith("{\"format\":\"daybook-anchor-1\"");
    }

    @Test
    void a_proof_is_checked_without_the_database() throws Exception {
        String id = "../../\u202eo'1\"";
        fill(id, "o-2");
        makeKeys();
        String proof = path("proof.json");
        assertThat(cli.run("proof", "order", id, "--key", path("key"), "--to", proof)
                        .out())
                .startsWith(proof + " proves 2 versions of order ../../\uFFFDo'1\" as of position 4.");
        assertThat(cli.run("proof", "order", id, "--key", path("key"), "--to", proof)
                        .err())
                .contains("evidence is never overwritten");
        assertThat(cli.run("proof", "order", "nobody", "--key", path("key"), "--to", path("none"))
                        .exitCode())
                .isEqualTo(1);
        assertThat(folder.resolve("none")).doesNotExist();
        assertThat(cli.run("proof", "Order", "x", "--key", path("key")).exitCode())
                .isEqualTo(2);

        Cli.Ran ran = Cli.run(
                null, Map.of(), "", "verify-proof", proof, "--public-key", path("key.pub"), "--daybook", daybookId());
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out())
                .startsWith(
                        "Proved: versions 1 to 2 (positions 1 to 2) of order ../../\uFFFDo'1\" are as they were written")
                .contains("As of position 4 of daybook ")
                .contains("Not proved: that nothing happened to it after version 2.");
        assertThat(cli.run("verify-proof", proof, "--daybook", daybookId()).exitCode())
                .isEqualTo(2);
        Cli.Ran anyDaybook = cli.run("verify-proof", proof, "--public-key", path("key.pub"));
        assertThat(anyDaybook.exitCode())
                .as("whose history it is has to be said")
                .isEqualTo(2);
        assertThat(anyDaybook.err()).contains("--daybook").contains("--any-daybook");
        assertThat(cli.run("verify-proof", proof, "--public-key", path("key.pub"), "--any-daybook")
                        .exitCode())
                .isZero();
        assertThat(cli.run("verify-proof", proof, "--accept-unknown-keys", "--any-daybook")
                        .out())
                .startsWith("Consistent, and NOT PROVED: ")
                .contains("SIGNED BY AN UNKNOWN KEY");
        Cli.Ran foreign = cli.run(
                "verify-proof",
                proof,
                "--public-key",
                path("key.pub"),
                "--daybook",
                "00000000-0000-4000-8000-000000000000");
        assertThat(foreign.exitCode()).isEqualTo(3);
        assertThat(foreign.out()).startsWith("NOT PROVED: ").contains("it is a proof of daybook");
        Files.writeString(Path.of(proof), Files.readString(Path.of(proof)).replace("kim", "lee"));
        Cli.Ran forged = cli.run("verify-proof", proof, "--public-key", path("key.pub"), "--any-daybook", "--json");
        assertThat(forged.exitCode()).isEqualTo(3);
        assertThat(forged.out()).startsWith("{\"proved\":false,\"problem\":\"");
        assertThat(cli.run("verify-proof", path("missing"), "--public-key", path("key.pub"), "--any-daybook")
                        .exitCode())
                .isEqualTo(1);
    }

    @Test
    void an_empty_ledger_has_nothing_to_sign() throws Exception {
        makeKeys();
        assertThat(cli.run("migrate").exitCode()).isZero();
        Cli.Ran ran = cli.run("anchor", "--key", path("key"));
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("The ledger is empty").hasLineCount(1);
    }
}
