/** Commands that answer questions and change nothing. */
@NullMarked
package io.daybook.console.look;

import org.jspecify.annotations.NullMarked;
