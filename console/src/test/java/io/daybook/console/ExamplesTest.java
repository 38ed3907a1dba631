package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The four use cases: each does what it says, and prints what the README quotes. */
class ExamplesTest {

    @TempDir
    Path folder;

    @Test
    void without_a_name_they_are_listed() {
        Cli.Ran ran = new Cli(folder).run("example");

        assertThat(ran.exitCode()).isZero();
        assertThat(ran.lines()).hasSize(5).first().asString().startsWith("EXAMPLE");
        assertThat(new Cli(folder).run("example", "nonsense").err())
                .contains("There is no example nonsense; there are refresh-view, auto-submit,");
    }

    @ParameterizedTest
    @ValueSource(strings = {"refresh-view", "auto-submit", "notify-failure", "latest-result"})
    void each_prints_what_the_readme_says(String example) throws Exception {
        Cli.Ran ran = new Cli(folder).run("example", example);

        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(Files.readString(Path.of("..", "README.md")))
                .contains("$ ./daybook example " + example + "\n" + ran.out());
    }
}
