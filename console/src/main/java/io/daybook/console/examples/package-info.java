/**
 * What people build on scenarios, each in one short class with a {@code main}: refresh a view, submit by itself, notify of a failure, keep results
 * in a table. {@code daybook example} runs them.
 */
@NullMarked
package io.daybook.console.examples;

import org.jspecify.annotations.NullMarked;
