package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Registration;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does to a registration from the command line. */
class OperateTest {

    private static final Topic ORDERS = Topic.of("order");
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private Cli cli;

    @BeforeEach
    void park() throws InterruptedException {
        cli = new Cli(folder);
        try (Daybook daybook = Daybook.open(cli.url())) {
            for (String id : new String[] {"o-1", "o-2", "o-1"}) {
                daybook.transact(tx -> tx.record("order", id, Operation.of("ACT")));
            }
            Registration billing = daybook.notifier().register("billing", ORDERS);
            poll(billing).park(new IllegalStateException("no such customer"), 3);
            poll(billing).done();
            assertThat(billing.poll(Duration.ofMillis(100))).as("a follower").isEmpty();
        }
    }

    private static Delivery poll(Registration registration) throws InterruptedException {
        return registration.poll(LONG).orElseThrow();
    }

    private String onlyLine(String... command) {
        Cli.Ran ran = cli.run(command);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.lines()).hasSize(1);
        return ran.lines().get(0);
    }

    @Test
    void parked_events_are_listed_and_one_is_shown_with_its_stack_trace() {
        Cli.Ran ran = cli.run("parked", "billing");
        assertThat(ran.lines()).hasSize(3);
        assertThat(ran.lines().get(1)).contains("order o-1").contains("no such customer");
        assertThat(ran.lines().get(2)).endsWith("-");
        assertThat(cli.run("parked", "billing", "--position", "1").out())
                .startsWith("Position 1, order o-1, parked ")
                .contains("after 3 tries", "java.lang.IllegalStateException: no such customer", "OperateTest");
        assertThat(cli.run("parked", "billing", "--json").lines().get(0))
                .startsWith("{\"position\":1,\"entity_type\":\"order\",\"entity_id\":\"o-1\",\"attempts\":3");
        assertThat(cli.run("parked", "billing", "--position", "2").exitCode()).isEqualTo(5);
        assertThat(cli.run("registrations").lines().get(1)).contains("not consumed");
    }

    @Test
    void a_parked_event_is_discarded_and_its_follower_tried_again() throws Exception {
        assertThat(onlyLine("discard", "billing", "1", "--reason", "gone")).isEqualTo("Position 1 is discarded.");
        assertThat(cli.run("discard", "billing", "1").exitCode()).isEqualTo(5);
        assertThat(onlyLine("retry", "billing", "--type", "order", "--id", "o-1"))
                .isEqualTo("1 event is to be tried again.");
        try (Daybook daybook = Daybook.open(cli.url())) {
            Delivery follower = poll(daybook.notifier().register("billing", ORDERS));
            assertThat(follower.isRetry()).isTrue();
            assertThat(follower.event().version()).isEqualTo(2);
            follower.done();
        }
        assertThat(onlyLine("parked", "billing")).isEqualTo("Nothing is parked for billing.");
        assertThat(cli.run("history", "daybook.registration", "billing").out())
                .contains("PARK", "DISCARD", "RETRY", System.getProperty("user.name"));
    }

    @Test
    void a_registration_is_paused_resumed_moved_and_divided() throws Exception {
        onlyLine("pause", "billing", "--reason", "mail is down");
        assertThat(cli.run("registrations").out()).contains("paused: mail is down");
        try (Daybook daybook = Daybook.open(cli.url())) {
            assertThat(daybook.notifier().register("billing", ORDERS).poll(Duration.ofMillis(100)))
                    .isEmpty();
        }
        onlyLine("resume", "billing");
        assertThat(onlyLine("move", "billing", "1")).isEqualTo("Registration billing goes on after position 1.");
        assertThat(onlyLine("divide", "billing", "3")).isEqualTo("Registration billing has 3 partitions now.");
        try (Daybook daybook = Daybook.open(cli.url())) {
            assertThat(poll(daybook.notifier().register("billing", ORDERS))
                            .event()
                            .entityId())
                    .isEqualTo("o-2");
        }
        assertThat(cli.run("history", "daybook.registration", "billing").out())
                .contains("PAUSE", "RESUME", "REWIND", "DIVIDE");
    }

    @Test
    void what_makes_no_sense_is_refused_with_the_reason() {
        assertThat(cli.run("pause", "nobody").exitCode()).isEqualTo(5);
        assertThat(cli.run("pause", "nobody").err()).contains("There is no registration nobody");
        assertThat(cli.run("move", "billing", "9999").exitCode()).isEqualTo(2);
        assertThat(cli.run("move", "billing", "yesterday").exitCode()).isEqualTo(2);
        assertThat(cli.run("divide", "billing", "0").exitCode()).isEqualTo(2);
        assertThat(cli.run("retry", "billing", "--type", "order").exitCode()).isEqualTo(2);
        for (String verb : new String[] {"pause", "resume", "move", "divide", "parked", "retry", "discard"}) {
            assertThat(cli.run(verb, "--help").out()).contains("<registration>", "Example");
        }
    }
}
