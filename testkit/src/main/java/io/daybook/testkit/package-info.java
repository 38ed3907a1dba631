/**
 * Tests against a real Daybook: a database of one's own per test ({@link io.daybook.testkit.TestDatabase}, {@link
 * io.daybook.testkit.DaybookExtension}), a clock to set, races on purpose, seeds that can be replayed, and waiting without
 * sleeping. For Daybook's own tests and for those of its users.
 */
@NullMarked
package io.daybook.testkit;

import org.jspecify.annotations.NullMarked;
