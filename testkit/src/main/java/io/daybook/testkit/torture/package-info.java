/**
 * Evidence that anybody can repeat: nodes in processes of their own, faults from a seed, and a checker that believes only what
 * writers were told. {@link io.daybook.testkit.torture.Torture} is the door.
 */
@NullMarked
package io.daybook.testkit.torture;

import org.jspecify.annotations.NullMarked;
