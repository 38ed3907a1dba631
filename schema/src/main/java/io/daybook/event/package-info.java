/**
 * What an event is: the vocabulary that every room of Daybook shares. {@link io.daybook.event.Event} is what was said,
 * {@link io.daybook.event.Change} is what somebody wants to say, {@link io.daybook.event.Topic} is what somebody wants to
 * hear. Everything here is immutable and thread-safe, and knows nothing of SQL.
 */
@NullMarked
package io.daybook.event;

import org.jspecify.annotations.NullMarked;
