package io.daybook.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.daybook.event.InvalidEvent;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Pins format 1 of the ledger. The expected hashes were computed once by a small program in another language, written after
 * LedgerHash: whoever has to change them has made a new format, which every chain of the world would notice.
 */
class LedgerHashTest {

    private static final UUID DAYBOOK = UUID.fromString("01234567-89ab-4def-8123-456789abcdef");
    private static final Instant RECORDED = Instant.parse("2024-02-29T12:34:57.000001Z");
    private static final byte[] SALT = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");

    private final LedgerHash hash = new LedgerHash();

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static EventRow full(
            String value, String metadata, String context, byte[] salt, byte[] digest, byte[] other) {
        return new EventRow(
                7,
                "order",
                "\u00e4-\uD83D\uDE80",
                2,
                "UPDATE",
                "status",
                value,
                metadata,
                Instant.parse("2024-02-29T12:34:56.123456Z"),
                UUID.fromString("00000000-0000-7000-8000-000000000001"),
                "kim",
                "why",
                "c-1",
                5L,
                context,
                salt,
                digest,
                other);
    }

    private static final EventRow BARE = new EventRow(
            9,
            "order",
            "o",
            1,
            "ACT",
            null,
            null,
            null,
            Instant.parse("1969-12-31T23:59:59.999999Z"),
            UUID.fromString("00000000-0000-7000-8000-000000000002"),
            null,
            null,
            null,
            null,
            null,
            SALT,
            null,
            null);

    @Test
    void the_bytes_of_format_1_never_change() {
        assertThat(LedgerHash.FORMAT).isEqualTo(1);
        byte[] beginning = hash.beginning(DAYBOOK);
        assertThat(hex(beginning)).isEqualTo("ae63472c7e214095ff5bbba3ebf5897099b6b2d787cba2b5f05eeaefd4dd25ac");
        byte[] first = hash.of(
                beginning,
                1,
                RECORDED,
                full("{\"a\":1,\"b\":[null,\"x\"]}", "{\"source\":\"till 7\"}", "{\"host\":\"h\"}", SALT, null, null));
        assertThat(hex(first)).isEqualTo("8c95035180a6e02589d71cb85dc2e0ae16ee41a227766411ca4e078f48b8901e");
        byte[] second = hash.of(first, 2, RECORDED, BARE);
        assertThat(hex(second)).isEqualTo("b5f492e8459cf4f59b03e15ed765941283f55fc4a2d8a6d188868d08a1b111c8");
    }

    @Test
    void it_does_not_matter_how_a_database_renders_json_and_time() {
        byte[] first = hash.of(
                hash.beginning(DAYBOOK),
                1,
                RECORDED.plusNanos(999),
                full(
                        " {\"b\": [null, \"\\u0078\"], \"a\": 1.0}",
                        "{\"source\": \"till 7\"}\n",
                        "{ \"host\" : \"h\" }",
                        SALT,
                        null,
                        null));
        assertThat(hex(first)).isEqualTo("8c95035180a6e02589d71cb85dc2e0ae16ee41a227766411ca4e078f48b8901e");
    }

    private static EventRow texts(String... texts) {
        return new EventRow(
                9,
                "order",
                texts[0],
                1,
                texts[1],
                texts[2],
                null,
                null,
                RECORDED,
                BARE.transactionId(),
                texts[3],
                texts[4],
                texts[5],
                null,
                null,
                SALT,
                null,
                null);
    }

    /** Java would write a question mark for it. */
    @Test
    void half_of_a_surrogate_pair_is_refused_in_every_text() {
        for (String half : List.of("why\uD83D", "\uDE80why", "\uDE80\uD83D", "\uD83D\uD83D\uDE80")) {
            for (int i = 0; i < 6; i++) {
                String[] texts = {"o", "ACT", "a", "kim", "why", "c"};
                texts[i] = half;
                assertThatExceptionOfType(InvalidEvent.class)
                        .as("text %d", i)
                        .isThrownBy(() -> hash.of(SALT, 1, RECORDED, texts(texts)))
                        .withMessageContaining("surrogate");
            }
        }
    }

    @Test
    void an_event_that_is_refused_leaves_nothing_behind_for_the_next() {
        String expected = hex(new LedgerHash().of(SALT, 1, RECORDED, BARE));
        for (String illegal : List.of("{", "[".repeat(150) + "]".repeat(150))) {
            assertThatExceptionOfType(InvalidEvent.class)
                    .isThrownBy(() -> hash.of(SALT, 1, RECORDED, full(illegal, null, null, SALT, null, null)));
            assertThatExceptionOfType(InvalidEvent.class)
                    .isThrownBy(() -> hash.of(SALT, 1, RECORDED, full(null, illegal, null, SALT, null, null)));
            assertThatExceptionOfType(InvalidEvent.class)
                    .isThrownBy(() -> hash.of(SALT, 1, RECORDED, full(null, null, illegal, SALT, null, null)));
            assertThat(hex(hash.of(SALT, 1, RECORDED, BARE))).isEqualTo(expected);
        }
    }

    @Test
    void a_time_that_has_no_microseconds_is_refused() {
        for (Instant time : List.of(Instant.MAX, Instant.MIN)) {
            assertThatExceptionOfType(InvalidEvent.class)
                    .isThrownBy(() -> hash.of(SALT, 1, time, BARE))
                    .withMessageContaining("out of the range");
        }
    }

    @Test
    void erased_values_leave_the_hash_as_it_was() throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        sha256.update(SALT);
        byte[] value = sha256.digest("{\"a\":1,\"b\":[null,\"x\"]}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        sha256.update(SALT);
        byte[] metadata = sha256.digest("{\"source\":\"till 7\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        byte[] first = hash.of(
                hash.beginning(DAYBOOK), 1, RECORDED, full(null, null, "{\"host\":\"h\"}", null, value, metadata));
        assertThat(hex(first)).isEqualTo("8c95035180a6e02589d71cb85dc2e0ae16ee41a227766411ca4e078f48b8901e");
    }
}
