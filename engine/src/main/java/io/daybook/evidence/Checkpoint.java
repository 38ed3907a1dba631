package io.daybook.evidence;

import io.daybook.ledger.LedgerPoint;
import java.time.Instant;

/**
 * What a check of a range saw at a position.
 *
 * @param point the position and its hash
 * @param recordedAt when it was recorded
 * @param tree the hashes of the range up to it
 */
record Checkpoint(LedgerPoint point, Instant recordedAt, MerkleTree tree) {}
