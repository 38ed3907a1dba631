/** What is sensitive, and showing events and states without it: {@link io.daybook.redaction.SensitiveAttributes}. */
@NullMarked
package io.daybook.redaction;

import org.jspecify.annotations.NullMarked;
