/** {@code daybook export}: events out of the ledger, as JSON lines or CSV. */
@NullMarked
package io.daybook.console.export;

import org.jspecify.annotations.NullMarked;
