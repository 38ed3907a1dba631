/**
 * Room 3 of the journey: committed events get their place. {@link io.daybook.sequencer.Sequencer} is the door; it runs rounds
 * on one thread, and the rounds of several nodes fence each other. What makes it right is in docs/decisions/0001.
 */
@NullMarked
package io.daybook.sequencer;

import org.jspecify.annotations.NullMarked;
