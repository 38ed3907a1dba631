/**
 * Others that do a part of what Daybook does, set up as their documentation recommends, and plain JDBC, by turns with Daybook on the same
 * server: compiled only in the Maven profile {@code peers}.
 */
@NullMarked
package io.daybook.bench.peers;

import org.jspecify.annotations.NullMarked;
