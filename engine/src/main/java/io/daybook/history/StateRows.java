package io.daybook.history;

import io.daybook.event.EntityRef;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;

/** How rows of {@code entity_states} are read and written, which each database does best in its own way. */
interface StateRows {

    /**
     * Until the end of the transaction, nobody empties the table. Whoever does (a rebuild) has the registration's row locked for update,
     * before the cursors; so here that row comes first, too, and the two never wait for each other in a circle.
     */
    void lock(Connection connection, String registration) throws SQLException;

    /** The rows of those entities that have one. */
    Map<EntityRef, StateRow> read(Connection connection, Collection<EntityRef> entities) throws SQLException;

    /** Writes each that is newer than what is there. In the order given, in which rows are locked. */
    void write(Connection connection, Collection<StateRow> rows) throws SQLException;
}
