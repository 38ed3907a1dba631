/**
 * The database as numbered SQL, and the runner that brings a database up to it: {@link io.daybook.migrations.Migrations}
 * is the door.
 */
@NullMarked
package io.daybook.migrations;

import org.jspecify.annotations.NullMarked;
