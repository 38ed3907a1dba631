package io.daybook.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.event.Topic;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Registration;
import io.daybook.notifier.Start;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One H2 file, served by one process to others. */
class H2SharedFileIT {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private String url() {
        return "jdbc:h2:file:%s;AUTO_SERVER=TRUE".formatted(folder.resolve("shared"));
    }

    @Test
    void processes_share_a_registration_and_leave_each_other_alone_until_one_is_killed() throws Exception {
        try (Daybook daybook = Daybook.open(url())) {
            Registration here = daybook.notifier().registerDivided("r", 2, Start.beginning(), Topic.of("thing"));
            poll(here);
            assertThat(here.ownPartitions()).hasSize(2);
            List<String> before = nodes();
            assertThat(before).hasSize(1);
            try (ChildJvm child = new ChildJvm(SharingNode.class, url(), "r")) {
                Awaitility.await().atMost(LONG).until(() -> {
                    poll(here);
                    return here.ownPartitions().size() == 1;
                });
                child.await(1, line -> line.equals("owns 1"), LONG.toSeconds());
                assertThat(nodes())
                        .as("the node of this process and another one")
                        .hasSize(2)
                        .containsAll(before);
                child.kill();
            }
            Awaitility.await().atMost(LONG).until(() -> {
                poll(here);
                return here.ownPartitions().size() == 2;
            });
            assertThat(nodes()).containsAll(before);
        }
    }

    private static void poll(Registration registration) throws InterruptedException {
        registration.poll(Duration.ofMillis(50)).ifPresent(Delivery::done);
    }

    private List<String> nodes() throws Exception {
        List<String> nodes = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select node from daybook.nodes")) {
            while (rows.next()) {
                nodes.add(rows.getString(1));
            }
        }
        return nodes;
    }
}
