/** {@code daybook torture}: runs what testkit has, and shows what it found. */
@NullMarked
package io.daybook.console.torture;

import org.jspecify.annotations.NullMarked;
