/**
 * What an entity went through and what it is: its events in order, and their fold. {@link io.daybook.history.EntityHistory}
 * reads them as of now or as of any moment.
 */
@NullMarked
package io.daybook.history;

import org.jspecify.annotations.NullMarked;
