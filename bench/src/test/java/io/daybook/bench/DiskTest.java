package io.daybook.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DiskTest {

    @Test
    void a_log_that_fits_exactly_is_filled() {
        assertThat(Disk.tooLittle(50_000_000, Disk.needed(50_000_000))).isEmpty();
    }

    @Test
    void a_log_that_does_not_fit_is_refused_with_what_it_needs_and_what_is_free() {
        assertThat(Disk.tooLittle(50_000_000, Disk.needed(50_000_000) - 1))
                .hasValueSatisfying(message -> assertThat(message)
                        .contains("A log of 50,000,000 events takes some 30,721,225,472 bytes")
                        .contains("30,721,225,471 are free")
                        .contains("--events"));
    }

    @Test
    void fifty_million_events_are_counted_beyond_what_an_int_holds() {
        assertThat(Disk.needed(50_000_000)).isGreaterThan(25L << 30);
    }
}
