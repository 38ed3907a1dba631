package io.daybook.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstalledTest {

    @TempDir
    private Path root;

    private Path programs;
    private Path extensions;

    @BeforeEach
    void folders() {
        programs = root.resolve("lib");
        extensions = root.resolve("share");
    }

    private void install(String version) throws IOException {
        Path bin = Files.createDirectories(programs.resolve(version).resolve("bin"));
        Path initdb = Files.createFile(bin.resolve("initdb"));
        assertThat(initdb.toFile().setExecutable(true)).isTrue();
    }

    private void extend(String version) throws IOException {
        Files.createFile(Files.createDirectories(extensions.resolve(version).resolve("extension"))
                .resolve("pgq.control"));
    }

    @Test
    void the_newest_version_that_has_the_extension_is_taken() throws Exception {
        for (String version : new String[] {"9", "15", "17"}) {
            install(version);
        }
        extend("9");
        extend("15");
        // Of a package whose server was removed.
        extend("18");

        assertThat(Installed.with("pgq", programs, extensions)).contains(programs.resolve("15/bin"));
    }

    @Test
    void where_nothing_is_installed_there_is_none() throws Exception {
        assertThat(Installed.with("pgq", programs, extensions)).isEmpty();
        install("17");
        assertThat(Installed.with("pgq", programs, extensions)).isEmpty();
    }
}
