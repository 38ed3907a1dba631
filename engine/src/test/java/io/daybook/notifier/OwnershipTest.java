package io.daybook.notifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What no run of {@link Simulation} asks for: when a lease is renewed, and when not. */
class OwnershipTest {

    private static final Duration LEASE = Duration.ofSeconds(10);

    private final List<String> calls = new ArrayList<>();
    private long now;
    private final Ownership ownership = new Ownership(new Table(), () -> "node", LEASE, () -> now, () -> {});

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void registrations_that_begin_together_share_one_lease() {
        for (int i = 0; i < 1_000; i++) {
            ownership.compete(new Wish("r" + i));
        }

        assertThat(calls).containsExactly("begin");
    }

    @Test
    void a_registration_that_begins_when_the_lease_is_about_to_end_does_not_lose_it_at_once() {
        Wish first = new Wish("first");
        ownership.compete(first);
        ownership.withdraw(first);
        pass(LEASE.minusSeconds(1));

        ownership.compete(new Wish("second"));
        pass(Duration.ofSeconds(3));

        assertThat(calls).containsExactly("begin", "renew");
        assertThat(ownership.mayDeliver()).isTrue();
    }

    /** Leases are written down, nothing is there to be owned. */
    private final class Table implements LeaseTable {

        @Override
        public void begin(String node, Duration lease) {
            calls.add("begin");
        }

        @Override
        public boolean renew(String node, Duration lease) {
            calls.add("renew");
            return true;
        }

        @Override
        public void end(String node) {}

        @Override
        public boolean compete(String node, String registration) {
            return true;
        }

        @Override
        public void withdraw(String node, String registration) {}

        @Override
        public List<Look> look(Collection<String> registrations) {
            return registrations.stream()
                    .map(name -> new Look(name, Set.of(), false, OptionalLong.empty(), List.of(), List.of("node")))
                    .toList();
        }

        @Override
        public Optional<Taken> take(String registration, int partition, long seenEpoch, String node) {
            return Optional.empty();
        }

        @Override
        public void release(String registration, int partition, long epoch) {}

        @Override
        public List<Move> save(Collection<Move> moves) {
            return List.of();
        }
    }

    private record Wish(String id) implements Ownership.Competitor {

        @Override
        public void follow(LeaseTable.Look look) {}

        @Override
        public Map<Integer, Long> held() {
            return Map.of();
        }

        @Override
        public void keepAtMost(int partitions) {}

        @Override
        public @Nullable Integer givenUp() {
            return null;
        }

        @Override
        public void taken(LeaseTable.Share share, int of, LeaseTable.Taken taken) {}

        @Override
        public void lost(int partition) {}

        @Override
        public void retry(int partition) {}

        @Override
        public void gone() {}
    }
}
