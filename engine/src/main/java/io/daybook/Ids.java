package io.daybook;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;

/** Where ids, salts and lock keys come from. Thread-safe. */
final class Ids {

    private static final int SALT_BYTES = 16;

    private final Clock clock;
    private final SecureRandom random;

    Ids(Clock clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    /**
     * A UUID of version 7 (RFC 9562, section 5.7): it begins with the time, so that the index on it grows at its end and not
     * everywhere.
     */
    UUID transactionId() {
        byte[] bytes = new byte[10];
        random.nextBytes(bytes);
        ByteBuffer noise = ByteBuffer.wrap(bytes);
        long high = (clock.millis() << 16) | 0x7000L | (noise.getShort() & 0x0FFFL);
        long low = 0x8000_0000_0000_0000L | (noise.getLong() & 0x3FFF_FFFF_FFFF_FFFFL);
        return new UUID(high, low);
    }

    /** A UUID of version 8 (RFC 9562, section 5.8) made of the key: the same for the same key, in this daybook only. */
    static UUID ofKey(UUID daybookId, String key) {
        ByteBuffer digest = ByteBuffer.wrap(sha256("once\0" + daybookId + "\0" + key));
        long high = (digest.getLong() & 0xFFFF_FFFF_FFFF_0FFFL) | 0x8000L;
        long low = (digest.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    byte[][] salts(int count) {
        byte[] all = new byte[count * SALT_BYTES];
        random.nextBytes(all);
        byte[][] salts = new byte[count][];
        for (int i = 0; i < count; i++) {
            salts[i] = java.util.Arrays.copyOfRange(all, i * SALT_BYTES, (i + 1) * SALT_BYTES);
        }
        return salts;
    }

    /** 64 bits that stand for what is locked; two things with the same key only wait for each other needlessly. */
    static long lockKey(UUID daybookId, String what) {
        return ByteBuffer.wrap(sha256(daybookId + "\0" + what)).getLong();
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }
}
