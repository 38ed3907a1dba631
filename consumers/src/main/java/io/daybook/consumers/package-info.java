/**
 * Room 5 of the journey: events handed to those who act on them. Extend {@link io.daybook.consumers.EventConsumer}, or give a
 * lambda to {@link io.daybook.consumers.Consumers}.
 */
@NullMarked
package io.daybook.consumers;

import org.jspecify.annotations.NullMarked;
