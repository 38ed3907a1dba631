/** {@code daybook doctor}: what is wrong with a daybook, and the two recoveries that it can do. */
@NullMarked
package io.daybook.console.doctor;

import org.jspecify.annotations.NullMarked;
