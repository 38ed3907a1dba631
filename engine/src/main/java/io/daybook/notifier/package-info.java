/**
 * Rooms 4 to 6 of the journey: who hears what, and how far they are. {@link io.daybook.notifier.Notifier} is the door; it hands
 * out a {@link io.daybook.notifier.Registration}, which hands out a {@link io.daybook.notifier.Delivery} per event.
 */
@NullMarked
package io.daybook.notifier;

import org.jspecify.annotations.NullMarked;
