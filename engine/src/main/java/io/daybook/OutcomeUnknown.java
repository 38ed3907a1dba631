package io.daybook;

import io.daybook.event.DaybookException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The connection broke while the unit of work was being committed: it is in the log as a whole, or not at all, and nobody here
 * knows which. {@link Daybook#outcome} answers as soon as the database can be reached. With {@link Daybook#once} it is simply
 * tried again.
 */
public final class OutcomeUnknown extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final UUID transactionId;

    OutcomeUnknown(UUID transactionId, @Nullable Throwable cause) {
        super(
                ("The connection broke during the commit of unit of work %s, which is either committed as a whole or not at all."
                                + " Ask daybook.outcome(transactionId) which, or repeat it with daybook.once(key).")
                        .formatted(transactionId),
                cause);
        this.transactionId = transactionId;
    }

    public UUID transactionId() {
        return transactionId;
    }
}
