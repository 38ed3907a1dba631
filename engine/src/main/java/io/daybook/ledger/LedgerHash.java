package io.daybook.ledger;

import io.daybook.event.InvalidEvent;
import io.daybook.event.Value;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The hash that chains the ledger. The bytes are a contract (docs/ledger-format.md, format 1): the same from every database,
 * in every time zone, for ever. A change of anything here is a new format.
 *
 * <p>Not thread-safe: one per thread, used again for every event.
 */
public final class LedgerHash {

    /** Version of the bytes, as in {@code daybook.format}. */
    public static final int FORMAT = 1;

    private static final int ABSENT = -1;

    private final MessageDigest chain = sha256();
    private final MessageDigest digest = sha256();

    /** The transaction that was hashed last, as text: mostly the next event is of the same one. */
    private @Nullable UUID transaction;

    private String transactionText = "";

    /** What is hashed, grown when an event needs more. Hashing is what the sequencer's thread does most of its time. */
    private ByteBuffer bytes = ByteBuffer.allocate(1024);

    /** What stands for the previous hash before the first event: a chain belongs to one daybook. */
    public byte[] beginning(UUID daybookId) {
        return digest.digest(("daybook:" + daybookId).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The hash of the event at that place.
     *
     * @param previous hash of the position before, or {@link #beginning}
     * @throws InvalidEvent if a stored JSON is none, a text has half of a surrogate pair, or a time cannot be counted in microseconds: somebody
     *     changed it behind Daybook's back
     */
    public byte[] of(byte[] previous, long position, Instant recordedAt, EventRow event) {
        bytes.clear();
        number(FORMAT);
        block(previous);
        number(position);
        time(recordedAt);
        number(event.eventId());
        text(event.entityType());
        text(event.entityId());
        number(event.version());
        text(event.operation());
        text(event.attributeName());
        block(digest(event.salt(), event.attributeValue(), event.valueDigest()));
        block(digest(event.salt(), event.metadata(), event.metadataDigest()));
        time(event.creationDate());
        transactionId(event.transactionId());
        text(event.actor());
        text(event.reason());
        text(event.correlationId());
        if (event.causationPosition() == null) {
            block(null);
        } else {
            number(event.causationPosition());
        }
        text(event.context() == null ? null : Value.stored(event.context()).json());
        chain.update(bytes.flip());
        return chain.digest();
    }

    /**
     * What a value enters the hash as: SHA-256(salt ‖ canonical JSON), just the salt where there is none. With the value and
     * the salt destroyed the digest still tells what was there, and nobody can try values against it.
     */
    private byte[] digest(byte @Nullable [] salt, @Nullable String json, byte @Nullable [] kept) {
        if (kept != null) {
            return kept;
        }
        // First what may fail: half a digest that is left behind would enter that of the next event.
        byte[] canonical =
                json == null ? new byte[0] : Value.stored(json).json().getBytes(StandardCharsets.UTF_8);
        if (salt != null) {
            digest.update(salt);
        }
        return digest.digest(canonical);
    }

    private void number(long number) {
        room(Integer.BYTES + Long.BYTES).putInt(Long.BYTES).putLong(number);
    }

    private void time(Instant instant) {
        try {
            number(Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000));
        } catch (ArithmeticException e) {
            throw new InvalidEvent("The time %s is out of the range of the ledger.".formatted(instant), e);
        }
    }

    private void transactionId(UUID id) {
        if (!id.equals(transaction)) {
            transaction = id;
            transactionText = id.toString();
        }
        text(transactionText);
    }

    private void text(@Nullable String text) {
        if (text == null) {
            block(null);
        } else if (!ascii(text)) {
            block(utf8(text));
        }
    }

    /** Most texts are, and then a character is a byte. @return false if it is not, and nothing is written */
    private boolean ascii(String text) {
        int length = text.length();
        int begin = room(Integer.BYTES + length).putInt(length).position();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                bytes.position(begin - Integer.BYTES);
                return false;
            }
            bytes.put((byte) c);
        }
        return true;
    }

    /** Half of a surrogate pair has no UTF-8, and Java writes a question mark for it: two texts would have the same hash. */
    private static byte[] utf8(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isSurrogatePair(text.charAt(i), i + 1 < text.length() ? text.charAt(i + 1) : 0)) {
                    throw new InvalidEvent("A text has half of a surrogate pair, which is no character.");
                }
                i++;
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Length first, so that no two different events have the same bytes; null is unlike empty. */
    private void block(byte @Nullable [] block) {
        if (block == null) {
            room(Integer.BYTES).putInt(ABSENT);
        } else {
            room(Integer.BYTES + block.length).putInt(block.length).put(block);
        }
    }

    private ByteBuffer room(int more) {
        if (bytes.remaining() < more) {
            bytes = ByteBuffer.allocate(Math.max(2 * bytes.capacity(), bytes.position() + more))
                    .put(bytes.flip());
        }
        return bytes;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }
}
