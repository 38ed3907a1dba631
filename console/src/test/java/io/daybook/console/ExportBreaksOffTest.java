package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.daybook.Daybook;
import io.daybook.event.Operation;
import io.daybook.testkit.Await;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An export, and the import of what it wrote, that end before their end: no room, no reader, or Ctrl-C. */
class ExportBreaksOffTest {

    /** More events than an import commits at once, in units of work of 150. */
    private static final int EVENTS = 1_200;

    @TempDir
    private static Path shared;

    @TempDir
    Path folder;

    private static Cli source;
    private static List<String> whole;

    private Path file;

    @BeforeAll
    static void fill() {
        source = new Cli(shared);
        try (Daybook daybook = Daybook.open(source.url())) {
            for (int unit = 0; unit < EVENTS / 150; unit++) {
                daybook.transact(tx -> {
                    for (int i = 0; i < 150; i++) {
                        tx.record("order", "o-" + i, Operation.of("ACT"), i);
                    }
                });
            }
            Await.sequenced(daybook);
        }
        whole = source.run("export").lines();
        assertThat(whole).hasSize(EVENTS);
    }

    @BeforeEach
    void name() {
        file = folder.resolve("events.jsonl");
    }

    /** What a command wrote until something happened to it. */
    private record Broken(int exitCode, String out, String err) {}

    /** Happens to a command when it writes. */
    private interface Accident {
        void happen() throws IOException;
    }

    private static Broken export(Accident accident) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Writer breaking = new Writer() {
            @Override
            public void write(char[] characters, int from, int length) throws IOException {
                accident.happen();
                out.write(characters, from, length);
            }

            @Override
            public void flush() {
                // Nothing is buffered.
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
        int exitCode = Main.run(
                new String[] {"export", "--db", source.url()},
                Map.of(),
                InputStream.nullInputStream(),
                new PrintWriter(breaking),
                new PrintWriter(err));
        return new Broken(exitCode, out.toString(), err.toString());
    }

    @Test
    void an_export_whose_reader_went_ends_at_once_and_says_nothing() {
        AtomicInteger writes = new AtomicInteger();

        Broken broken = export(() -> {
            writes.incrementAndGet();
            throw new IOException("Broken pipe");
        });

        assertThat(broken).isEqualTo(new Broken(0, "", ""));
        assertThat(writes).hasValueLessThan(EVENTS / 2);
    }

    @Test
    void a_stopped_export_has_whole_lines_and_is_gone_on_with() throws Exception {
        CtrlC.assumeHeard();
        AtomicBoolean pressed = new AtomicBoolean();

        Broken broken = export(() -> {
            if (!pressed.getAndSet(true)) {
                CtrlC.press();
            }
        });

        assertThat(broken.exitCode()).as(broken.err()).isEqualTo(130);
        assertThat(broken.err()).contains("Stopped before the end.");
        List<String> lines = broken.out().lines().toList();
        assertThat(lines).hasSizeLessThan(EVENTS).isEqualTo(whole.subList(0, lines.size()));

        assertThat(source.run("export", "--to", file.toString()).exitCode()).isZero();
        Files.writeString(file, broken.out());
        assertThat(source.run("export", "--to", file.toString(), "--resume").out())
                .startsWith("%,d events exported".formatted(EVENTS - lines.size()));
        assertThat(Files.readAllLines(file)).isEqualTo(whole);
    }

    @Test
    void a_stopped_import_of_an_export_is_gone_on_with() throws Exception {
        CtrlC.assumeHeard();
        Cli target = new Cli(folder.resolve("target"));
        Files.write(file, whole);
        StringWriter err = new StringWriter();

        int exitCode = Main.run(
                new String[] {"import", "-", "--db", target.url()},
                Map.of(),
                new StoppedBefore(1_100),
                new PrintWriter(new StringWriter()),
                new PrintWriter(err));

        assertThat(exitCode).isEqualTo(130);
        assertThat(err.toString()).contains("Run it again with --resume");
        assertThat(target.run("import", file.toString(), "--resume", "--json").out())
                .startsWith("{\"events\":150,\"known\":1050,\"position\":1200}");
        assertThat(target.run("verify").exitCode()).isZero();
    }

    /** The export, line by line, with a Ctrl-C before one of them. */
    private static final class StoppedBefore extends InputStream {
        private final int line;
        private int lines;
        private InputStream current = InputStream.nullInputStream();

        StoppedBefore(int line) {
            this.line = line;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0];
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            if (current.available() == 0) {
                if (lines == EVENTS) {
                    return -1;
                }
                if (lines == line) {
                    CtrlC.press();
                }
                current = new ByteArrayInputStream((whole.get(lines) + "\n").getBytes(StandardCharsets.UTF_8));
                lines++;
            }
            return current.read(bytes, from, length);
        }
    }

    @Test
    void an_export_to_a_full_disk_is_gone_on_with_once_there_is_room() throws Exception {
        // Served from here, so that the command's own process writes nothing but the export.
        try (Daybook serving = Daybook.open(source.url() + ";AUTO_SERVER=TRUE")) {
            assertThat(serving.head()).isEqualTo(EVENTS);

            Broken broken = daybook("ulimit -f 64; exec \"$@\"", "export", "--to", file.toString());

            assertThat(broken.exitCode()).as(broken.err()).isEqualTo(1);
            assertThat(broken.err()).contains("cannot be written").contains("--resume");
            assertThat(Files.size(file)).isLessThanOrEqualTo(64 << 10);
        }
        assertThat(source.run("export", "--to", file.toString(), "--resume").exitCode())
                .isZero();
        assertThat(Files.readAllLines(file)).isEqualTo(whole);
    }

    @Test
    void an_export_that_cannot_be_written_to_standard_output_is_a_failure() throws Exception {
        Broken broken = daybook("exec \"$@\" > /dev/full", "export");

        assertThat(broken.exitCode()).isEqualTo(1);
        assertThat(broken.err()).contains("The answer could not be written");
    }

    /** Runs the command in a process of its own, from a shell. */
    private Broken daybook(String script, String... args) throws Exception {
        assumeThat(Files.exists(Path.of("/dev/full"))).isTrue();
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                script,
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(args));
        command.addAll(List.of("--db", source.url()));
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectError(err.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return new Broken(process.exitValue(), "", Files.readString(err));
    }
}
