/** What every command shares: options, output, exit codes, errors. {@link io.daybook.console.shell.Shell} is the door. */
@NullMarked
package io.daybook.console.shell;

import org.jspecify.annotations.NullMarked;
