/** How fast Daybook is, beside the same work done by hand on the same server: {@code docs/performance.md}. */
@NullMarked
package io.daybook.bench;

import org.jspecify.annotations.NullMarked;
