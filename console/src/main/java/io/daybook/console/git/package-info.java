/** {@code daybook import git}: the history of a git repository. {@link io.daybook.console.git.GitImport} is the door. */
@NullMarked
package io.daybook.console.git;

import org.jspecify.annotations.NullMarked;
