/**
 * The command {@code daybook}. {@link io.daybook.console.Main} is the door; each command is one class, in the package of what it is
 * about: {@code look} (questions about what happened), {@code jsonl} and {@code git} (imports), {@code demo} and {@code forecast} (its two
 * demos), {@code examples} (what people build on scenarios); {@code shell} is what all of them share.
 */
@NullMarked
package io.daybook.console;

import org.jspecify.annotations.NullMarked;
