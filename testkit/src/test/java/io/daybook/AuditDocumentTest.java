package io.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.testkit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in docs/audit.md are one program, and print what stands below them. */
class AuditDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "audit.md");

    private static final Pattern IMPORTS = Pattern.compile("```\n(?<imports>import .*?)```", Pattern.DOTALL);

    private static final Pattern EXAMPLE =
            Pattern.compile("```java\n(?<code>.*?)```\n\nprints\n\n```\n(?<output>.*?)```", Pattern.DOTALL);

    @Test
    void the_examples_compile_run_and_print_what_the_document_says_on_h2(@TempDir Path directory) throws Exception {
        check(
                directory,
                "Daybook.open(\"jdbc:h2:file:%s\")"
                        .formatted(directory.resolve("daybook").toAbsolutePath()));
    }

    @Test
    void the_examples_compile_run_and_print_what_the_document_says_on_postgresql(@TempDir Path directory)
            throws Exception {
        try (TestDatabase database = TestDatabase.postgresql()) {
            check(
                    directory,
                    "Daybook.builder().url(\"%s\").user(\"%s\").password(\"%s\").open()"
                            .formatted(database.url(), database.user(), database.password()));
        }
    }

    /** @param open how the examples open their daybook */
    private static void check(Path directory, String open) throws Exception {
        String document = Files.readString(DOCUMENT);
        Matcher imports = IMPORTS.matcher(document);
        assertThat(imports.find()).isTrue();
        StringBuilder code = new StringBuilder();
        StringBuilder output = new StringBuilder();
        int examples = 0;
        for (Matcher example = EXAMPLE.matcher(document); example.find(); examples++) {
            code.append(example.group("code"));
            output.append(example.group("output"));
        }
        assertThat(examples).isEqualTo(5).isEqualTo(document.split("```java", -1).length - 1);
        assertThat(CompiledExample.run(
                        directory,
                        imports.group("imports"),
                        "try (Daybook daybook = %s) {\n%s\n}".formatted(open, code)))
                .isEqualTo(output.toString());
    }
}
