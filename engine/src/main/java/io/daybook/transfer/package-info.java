/**
 * Whole events, as they are carried out of one daybook and into another: {@link io.daybook.transfer.Export} reads those of a {@link
 * io.daybook.transfer.Selection}, {@code io.daybook.Importer} takes them in.
 */
@NullMarked
package io.daybook.transfer;

import org.jspecify.annotations.NullMarked;
