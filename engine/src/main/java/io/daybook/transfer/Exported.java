package io.daybook.transfer;

import io.daybook.ledger.LedgerPoint;
import java.time.Instant;

/**
 * An event as an export finds it: what it says, and what its daybook knows of it.
 *
 * @param event what it says
 * @param eventId number given when it was inserted
 * @param recordedAt when it entered the ledger (database clock)
 * @param point its position, and the ledger's hash there
 */
public record Exported(EventCopy event, long eventId, Instant recordedAt, LedgerPoint point) {}
