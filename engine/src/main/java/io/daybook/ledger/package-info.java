/**
 * The official order of events: reading the ledger, the hash that chains it, and what a verification of it finds.
 * {@link io.daybook.ledger.Ledger} is the door. Nothing here writes: that is the sequencer's alone.
 */
@NullMarked
package io.daybook.ledger;

import org.jspecify.annotations.NullMarked;
