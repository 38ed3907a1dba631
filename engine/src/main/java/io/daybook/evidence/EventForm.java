package io.daybook.evidence;

import io.daybook.ledger.EventRow;
import org.jspecify.annotations.Nullable;

/**
 * What the hash alone does not say of an event. Digests stand in for the content, so content beside them would count for nothing; and salt
 * and value are hashed one after the other, so with a salt of any length a byte could go from one to the other.
 */
final class EventForm {

    private static final int SALT_BYTES = 16;

    private EventForm() {}

    static boolean isErased(EventRow event) {
        return event.valueDigest() != null || event.metadataDigest() != null;
    }

    /** What is wrong, to follow the name of the event; null = nothing. */
    static @Nullable String problem(EventRow event) {
        boolean hasContent = event.salt() != null || event.attributeValue() != null || event.metadata() != null;
        if (isErased(event) == hasContent) {
            return "is neither whole nor erased: it has %s"
                    .formatted(hasContent ? "digests beside its content" : "neither salt nor digests");
        }
        byte[] salt = event.salt();
        if (hasContent && (salt == null || salt.length != SALT_BYTES)) {
            return "has a salt that is not %d bytes".formatted(SALT_BYTES);
        }
        if (isErased(event) && (!isDigest(event.valueDigest()) || !isDigest(event.metadataDigest()))) {
            return "has a digest that is not %d bytes".formatted(Sha256.BYTES);
        }
        return null;
    }

    private static boolean isDigest(byte @Nullable [] digest) {
        return digest != null && digest.length == Sha256.BYTES;
    }
}
