/** {@code daybook import <file>}: JSON lines. */
@NullMarked
package io.daybook.console.jsonl;

import org.jspecify.annotations.NullMarked;
