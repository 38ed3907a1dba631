/**
 * The database under one daybook: which kind it is, how to get a connection, how to say its SQL. {@link
 * io.daybook.database.Database} is the door; nothing here knows what an event is. For the rooms of the engine, not for
 * applications.
 */
@NullMarked
package io.daybook.database;

import org.jspecify.annotations.NullMarked;
