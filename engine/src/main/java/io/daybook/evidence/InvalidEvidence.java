package io.daybook.evidence;

import io.daybook.event.DaybookException;
import org.jspecify.annotations.Nullable;

/** An anchor, a key or a proof is not what it says it is: malformed, forged, or of something else. It proves nothing. */
public final class InvalidEvidence extends DaybookException {

    private static final long serialVersionUID = 1L;

    InvalidEvidence(String message) {
        super(message);
    }

    InvalidEvidence(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
