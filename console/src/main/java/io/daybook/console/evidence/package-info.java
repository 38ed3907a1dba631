/** Anchors and proofs: {@code anchor}, {@code proof}, {@code verify-proof}, and what {@code verify} shares with them. */
@NullMarked
package io.daybook.console.evidence;

import org.jspecify.annotations.NullMarked;
