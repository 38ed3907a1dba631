/**
 * Whether a daybook is well, what is wrong if it is not, and the exact remedy: {@link io.daybook.doctor.Doctor} is the door. It
 * only looks, but for the two things that it is told to do: recovering a registration and repairing sequences.
 */
@NullMarked
package io.daybook.doctor;

import org.jspecify.annotations.NullMarked;
