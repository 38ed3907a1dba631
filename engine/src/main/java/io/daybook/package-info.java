/**
 * The front door of Daybook: {@link io.daybook.Daybook} opens one, appends to it, reads from it. What it throws is here too.
 */
@NullMarked
package io.daybook;

import org.jspecify.annotations.NullMarked;
