package io.daybook;

import io.daybook.event.Receipt;
import java.sql.SQLException;
import java.util.UUID;

/** Units of work of several callers that share one transaction. No entity is touched by two of them. */
final class Group {

    private Group() {}

    /** One of the units, with what only it has. */
    record Member(Unit unit, UUID transactionId, Context context) {}

    /** What became of a member. */
    sealed interface Fate {

        /** It is in the database. */
        record Appended(Receipt receipt) implements Fate {}

        /** An entity is not as the unit needs it. Nothing of it was written. */
        record Refused(Unit.Touched touched, long version, Unit.Life life) implements Fate {}

        /** A transaction outside the group has one of its entities. Nothing of it was written. */
        record Busy() implements Fate {}

        /** The database could not. Nothing of it was written, or nobody knows ({@link Appender.CommitFailed}); others of the group may be. */
        record Failed(SQLException failure) implements Fate {}
    }
}
