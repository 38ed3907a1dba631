package io.daybook.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.h2.tools.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole deployment that starts at once on an empty database: each process is a JVM of its own. */
class ManyProcessesIT {

    private static final String APPLIED =
            "applied " + Script.all("postgresql").stream().map(Script::version).toList();

    private static final String NOTHING_TO_DO = "applied []";

    @Test
    void fifty_processes_at_once_on_postgresql_all_succeed_and_one_of_them_does_it() throws Exception {
        TestDatabase database = Postgres.newDatabase();

        assertDoneOnce(MigratingProcess.race(50, database, "daybook"), database);
    }

    @Test
    void ten_processes_at_once_on_an_h2_server_all_succeed_and_one_of_them_does_it(@TempDir Path folder)
            throws Exception {
        Server server = Server.createTcpServer("-tcpPort", "0", "-ifNotExists", "-baseDir", folder.toString())
                .start();
        try {
            TestDatabase database = new TestDatabase("jdbc:h2:tcp://localhost:" + server.getPort() + "/daybook", "sa");

            assertDoneOnce(MigratingProcess.race(10, database, "daybook"), database);
        } finally {
            server.stop();
        }
    }

    /**
     * Whichever process opens the file first serves it to the others, and takes it away from them when it ends. H2 makes
     * each of them wait seconds for the lock file; the three here need some fifteen.
     */
    @Test
    void three_processes_at_once_on_one_h2_file_all_succeed_and_one_of_them_does_it(@TempDir Path folder)
            throws Exception {
        TestDatabase database =
                new TestDatabase("jdbc:h2:file:" + folder.resolve("daybook") + ";AUTO_SERVER=TRUE", "sa");

        assertDoneOnce(MigratingProcess.race(3, database, "daybook"), database);
    }

    private static void assertDoneOnce(List<String> said, TestDatabase database) throws Exception {
        assertThat(said).containsOnly(APPLIED, NOTHING_TO_DO);
        assertThat(Collections.frequency(said, APPLIED)).isEqualTo(1);
        assertThat(database.query("select id from daybook.daybook")).hasSize(1);
    }
}
