package io.daybook.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import java.sql.Connection;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class HandWriterIT {

    private static final String SCHEMA = "by_hand";

    /** It repeats statements of the engine, which change: then this has to follow. */
    @Test
    void what_is_sent_by_hand_is_appended_as_daybook_would_have() throws Exception {
        try (Server server = Server.ofOurOwn(Map.of());
                Daybook daybook = Daybooks.open(server, SCHEMA, true, 1);
                Connection connection = server.connect("")) {
            connection.setAutoCommit(false);
            Life life = new Life("w");
            HandWriter writer = new HandWriter(connection, SCHEMA, life);
            for (int events : new int[] {1, 100, 1, 100}) {
                writer.append(events);
                connection.commit();
            }
            Daybooks.awaitSequenced(server, SCHEMA);
            assertThat(daybook.head()).isEqualTo(202);
            assertThat(daybook.verify().isClean()).isTrue();
            assertThat(server.number("select count(distinct transaction_id) from " + SCHEMA
                            + ".events where context is not null"))
                    .isEqualTo(4);
            assertThat(daybook.state(Life.ENTITY_TYPE, life.entityId())).isPresent();
        }
    }
}
