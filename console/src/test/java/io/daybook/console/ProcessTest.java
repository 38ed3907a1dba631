package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own shows: where its streams lead. */
class ProcessTest {

    @TempDir
    Path folder;

    private Path err;

    @BeforeEach
    void name() {
        err = folder.resolve("err");
    }

    @Test
    void an_answer_that_cannot_be_written_is_a_failure() throws Exception {
        Path full = Path.of("/dev/full");
        assumeThat(Files.exists(full)).isTrue();

        Process process = daybook("--help").redirectOutput(full.toFile()).start();

        assertThat(exitCode(process)).isEqualTo(1);
        assertThat(Files.readString(err))
                .startsWith("daybook: The answer could not be written: ")
                .hasLineCount(1);
    }

    @Test
    void a_reader_that_had_enough_is_no_failure() throws Exception {
        Process process = daybook("--help").start();
        process.getInputStream().close();

        assertThat(exitCode(process)).isZero();
        assertThat(Files.readString(err)).isEmpty();
    }

    @Test
    void a_folder_that_cannot_be_written_is_one_sentence_on_stderr() throws Exception {
        // AUTO_SERVER only makes it wait for others first. Also for root, who may write everywhere: a file where the
        // folder should be.
        Files.createFile(folder.resolve("data"));
        Path out = folder.resolve("out");

        Process process = daybook("migrate", "--json", "--db", "jdbc:h2:file:./data/daybook;AUTO_SERVER=FALSE")
                .redirectOutput(out.toFile())
                .start();

        assertThat(exitCode(process)).isEqualTo(1);
        assertThat(Files.readString(out)).isEmpty();
        assertThat(Files.readString(err))
                .startsWith("daybook: Cannot connect to jdbc:h2:file:./data/daybook;AUTO_SERVER=FALSE: ")
                .hasLineCount(1);
    }

    @Test
    void a_folder_that_cannot_be_written_is_said_without_waiting_for_others() throws Exception {
        Files.createFile(folder.resolve("data"));

        Process process = daybook("migrate").start();

        assertThat(exitCode(process)).isEqualTo(1);
        assertThat(Files.readString(err))
                .contains("data is no folder that this user may write")
                .hasLineCount(1);
    }

    private ProcessBuilder daybook(String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).directory(folder.toFile()).redirectError(err.toFile());
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return process.exitValue();
    }
}
