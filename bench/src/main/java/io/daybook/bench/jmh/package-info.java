/** What happens within one process, measured by JMH: run by the suite {@code jmh}. */
@NullMarked
package io.daybook.bench.jmh;

import org.jspecify.annotations.NullMarked;
