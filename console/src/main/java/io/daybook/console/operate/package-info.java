/** Commands by which an operator acts on registrations: pause, resume, move, divide, and what becomes of parked events. */
@NullMarked
package io.daybook.console.operate;

import org.jspecify.annotations.NullMarked;
