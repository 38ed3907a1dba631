/**
 * The official order of events, and how to prove it: reading the ledger, the hash that chains it, and its verification.
 * {@link io.daybook.ledger.Ledger} is the door. Nothing here writes: that is the sequencer's alone.
 */
@NullMarked
package io.daybook.ledger;

import org.jspecify.annotations.NullMarked;
