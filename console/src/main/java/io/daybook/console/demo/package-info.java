/** {@code daybook demo}: an import and three registrations that survive {@code kill -9}. */
@NullMarked
package io.daybook.console.demo;

import org.jspecify.annotations.NullMarked;
