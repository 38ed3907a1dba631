/** {@code daybook demo --scenarios}: a pipeline of forecasts, with consumers that react to it, that survives {@code kill -9}. */
@NullMarked
package io.daybook.console.forecast;

import org.jspecify.annotations.NullMarked;
