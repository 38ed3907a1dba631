package io.daybook.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.testkit.TestDatabase;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Consumers that do not return, in a process whose heap is much smaller than what is written meanwhile. */
abstract class HeapConformance {

    /** What a registration may hold, with what it costs in the heap beside its text, and a little that others hold. */
    private static final long KILOBYTES_EACH = 10 << 10;

    /** The usual time of the registration that goes on, with room for a machine that does other things too. */
    private static final int TIMES_THE_USUAL = 5;

    private static final long MICROSECONDS_OF_CHANCE = 100_000;

    abstract TestDatabase newDatabase();

    @Test
    void consumers_that_never_return_hold_a_bounded_heap_delay_nobody_and_miss_nothing() throws Exception {
        try (TestDatabase database = newDatabase();
                ChildJvm child = new ChildJvm(
                        // What runs out of memory ends at once, whoever would have caught the error.
                        List.of("-Xmx48m", "-XX:+ExitOnOutOfMemoryError"),
                        BlockedConsumers.class,
                        database.url(),
                        database.user(),
                        database.password())) {
            child.await(1, line -> line.equals("end"), 120);

            assertThat(child.matching(line -> line.startsWith("out of order"))).isEmpty();
            Matcher good = only(child, "good (\\d+) of (\\d+), (\\d+) us a unit beside blocked ones, (\\d+) us before");
            assertThat(good.group(1)).isEqualTo(good.group(2));
            assertThat(Long.parseLong(good.group(3)))
                    .isLessThan(TIMES_THE_USUAL * Long.parseLong(good.group(4)) + MICROSECONDS_OF_CHANCE);
            Matcher heap = only(child, "heap (-?\\d+) kB more, \\d+ MB were written");
            assertThat(Long.parseLong(heap.group(1))).isLessThan(BlockedConsumers.BLOCKED * KILOBYTES_EACH);
            List<String> late = child.matching(line -> line.startsWith("late"));
            assertThat(late)
                    .hasSize(BlockedConsumers.BLOCKED)
                    .allSatisfy(line ->
                            assertThat(line).startsWith("late %1$s of %1$s, running true".formatted(good.group(2))));
            assertThat(child.matching(line -> line.equals("alive true"))).hasSize(1);
        }
    }

    private static Matcher only(ChildJvm child, String form) {
        Pattern pattern = Pattern.compile(form);
        List<String> lines = child.matching(line -> pattern.matcher(line).matches());
        assertThat(lines).hasSize(1);
        Matcher matcher = pattern.matcher(lines.get(0));
        assertThat(matcher.matches()).isTrue();
        return matcher;
    }
}
