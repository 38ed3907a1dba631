package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README says of scenarios cannot rot: its Java is compiled and run, and prints what it says. */
class ScenariosReadmeTest {

    private static final Path README = Path.of("..", "README.md");

    @Test
    void the_java_example_compiles_runs_and_prints_what_the_readme_says(@TempDir Path directory) throws Exception {
        String readme = Files.readString(README);
        String section = readme.substring(readme.indexOf("\n## Scenarios"));
        List<String> blocks = Pattern.compile("```(?:java)?\n(.*?)```", Pattern.DOTALL)
                .matcher(section)
                .results()
                .map(result -> result.group(1))
                .toList();
        String imports = blocks.get(0);
        String example = blocks.get(1);
        String url = "jdbc:h2:file:" + directory.resolve("daybook").toAbsolutePath();
        Path source = directory.resolve("Example.java");
        Files.writeString(source, """
                %s
                public class Example {
                    public static void main(String[] arguments) throws Exception {
                %s
                    }
                }
                """.formatted(imports, example.replace("jdbc:h2:file:./data/daybook", url)));
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        directory.toString(),
                        source.toString());
        assertThat(compiled).as("the example compiles").isZero();
        assertThat(run(directory)).isEqualTo(blocks.get(2));
    }

    private static String run(Path directory) throws IOException, ReflectiveOperationException {
        PrintStream console = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
            Class<?> example = loader.loadClass("Example");
            example.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(console);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
