/**
 * What proves a history: its verification, signed anchors of it, and proofs of what happened to one entity. {@link
 * io.daybook.evidence.Evidence} is the door; what is proved against whom is in docs/evidence.md. Nothing here changes a daybook.
 */
@NullMarked
package io.daybook.evidence;

import org.jspecify.annotations.NullMarked;
