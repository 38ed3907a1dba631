/**
 * Reacting to what happens in Taipy's world: callbacks by what happened and to which kind, and broadcasts to whoever is connected. {@link
 * io.daybook.scenarios.react.EventProcessor} is the door.
 */
@NullMarked
package io.daybook.scenarios.react;

import org.jspecify.annotations.NullMarked;
