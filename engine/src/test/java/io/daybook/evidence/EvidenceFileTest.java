package io.daybook.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvidenceFileTest {

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("evidence.json");
    }

    private static String write(Path file, String text) {
        return EvidenceFile.write(file, out -> {
            out.write(text);
            return text;
        });
    }

    private void assertOnly(String text) throws IOException {
        assertThat(file).hasContent(text);
        assertThat(folder.toFile().list()).containsExactly("evidence.json");
    }

    @Test
    void of_two_that_write_the_same_file_the_first_that_is_whole_comes_through() throws Exception {
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> EvidenceFile.write(file, out -> {
                    out.write("late");
                    out.flush();
                    return write(file, "first");
                }))
                .withCauseInstanceOf(FileAlreadyExistsException.class)
                .withMessageContaining("never overwritten");
        assertOnly("first");
    }

    @Test
    void what_fails_in_between_leaves_nothing() {
        assertThatExceptionOfType(NoEvidence.class)
                .isThrownBy(() -> EvidenceFile.write(file, out -> {
                    out.write("half");
                    throw new NoEvidence("no");
                }));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void a_link_that_somebody_laid_out_is_not_followed() throws Exception {
        Path victim = Files.writeString(folder.resolve("victim"), "mine");
        Path link = Files.createSymbolicLink(folder.resolve("evidence.json.half"), victim);
        write(file, "evidence");
        assertThat(victim).hasContent("mine");
        assertThat(link).isSymbolicLink();
        assertThat(file).isRegularFile().hasContent("evidence");
    }

    @Test
    void an_anchor_that_is_there_already_and_says_the_same_of_the_ledger_is_kept() {
        AnchorKey key = AnchorKey.generate(new SecureRandom());
        UUID daybook = UUID.randomUUID();
        byte[] hash = new byte[32];
        Instant time = Instant.parse("2026-01-31T12:00:00Z");
        Anchor anchor = Anchor.sign(daybook, 7, hash, hash, time, time, key);
        Path first = AnchorFiles.write(folder, anchor);
        assertThat(AnchorFiles.write(folder, Anchor.sign(daybook, 7, hash, hash, time, time.plusSeconds(1), key)))
                .isEqualTo(first);
        assertThat(first).hasContent(anchor.json());
    }
}
