package io.daybook.database;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import org.postgresql.util.PSQLException;

/**
 * What a failure was, by SQLSTATE, never by message (PostgreSQL manual, appendix A; H2's ErrorCode lists the same standard
 * codes, and codes of its own where the standard has none).
 */
public final class SqlStates {

    private static final int H2_GENERAL_ERROR = 50000;
    private static final int H2_CONCURRENT_UPDATE = 90131;

    private SqlStates() {}

    /** Somebody else held a lock for longer than this transaction may wait. */
    public static boolean isLockTimeout(SQLException e) {
        return is(e, "55P03") || is(e, "HYT00");
    }

    /** Two transactions waited for each other, and the database chose this one as the victim; it is rolled back. */
    public static boolean isDeadlock(SQLException e) {
        return is(e, "40P01") || (is(e, "40001") && e.getErrorCode() == 40001);
    }

    /** What {@link #isDeadlock} recognises, where the database said it in another way. */
    public static SQLException deadlock(SQLException cause) {
        return new SQLTransactionRollbackException(
                "The database chose this transaction as the victim of a deadlock.", "40001", 40001, cause);
    }

    /**
     * H2 is rolling the whole transaction back already: another one found that the two wait for each other, and chose this one as the victim
     * at a moment when it did not wait any more. Then it hears no deadlock, but that its state does not allow what it asks for.
     *
     * @param e what a rollback to a savepoint ended with
     */
    public static boolean isRolledBackFromOutside(SQLException e) {
        return e.getErrorCode() == H2_GENERAL_ERROR;
    }

    /** This transaction's snapshot is older than what it wants to change (PostgreSQL; H2 says it with a code of its own). */
    public static boolean isStaleSnapshot(SQLException e) {
        return (is(e, "40001") && e.getErrorCode() != 40001)
                || e.getErrorCode() == H2_CONCURRENT_UPDATE
                || isDuplicateKey(e);
    }

    /** A row that is referred to is gone. PostgreSQL: foreign_key_violation; H2: REFERENTIAL_INTEGRITY_VIOLATED_PARENT_MISSING. */
    public static boolean isParentMissing(SQLException e) {
        return is(e, "23503") || is(e, "23506");
    }

    public static boolean isDuplicateKey(SQLException e) {
        return is(e, "23505");
    }

    /** A privilege is missing. */
    public static boolean isForbidden(SQLException e) {
        return is(e, "42501") || is(e, "90040") || is(e, "90096");
    }

    /** The connection is gone, so nobody here knows what became of the statement under way. */
    public static boolean isConnectionLost(SQLException e) {
        String state = e.getSQLState();
        // 08: connection exceptions. 57P01-57P03: the server was told to stop, or crashed. 90067, 90098, 90121: H2
        // closed.
        return state != null
                && (state.startsWith("08")
                        || state.equals("57P01")
                        || state.equals("57P02")
                        || state.equals("57P03")
                        || state.equals("90067")
                        || state.equals("90098")
                        || state.equals("90121"));
    }

    /**
     * What the database said, without values: of PostgreSQL's answer the sentence and not the detail, which shows the row; of H2's nothing where
     * it refused a value or a key, because its sentence shows it.
     */
    public static String message(SQLException e) {
        if (e instanceof BatchUpdateException && e.getNextException() != null) {
            return message(e.getNextException());
        }
        if (e instanceof PSQLException said && said.getServerErrorMessage() != null) {
            return String.valueOf(said.getServerErrorMessage().getMessage());
        }
        return showsValues(e)
                ? "a value or a key was refused (error code %d)".formatted(e.getErrorCode())
                : String.valueOf(e.getMessage());
    }

    /**
     * That failure as it may be the cause of one of Daybook's: where the database refused a value or a key, without what it said, which may
     * show a row.
     */
    public static SQLException withoutValues(SQLException e) {
        if (!showsValues(e)) {
            return e;
        }
        SQLException told = new SQLException(message(e), e.getSQLState(), e.getErrorCode());
        told.setStackTrace(e.getStackTrace());
        return told;
    }

    /** The database does not take what this very statement says; another one it may take. Class 54 is a limit of the database. */
    public static boolean isAboutWhatWasSaid(SQLException e) {
        String state = e.getSQLState();
        return showsValues(e) || (state != null && state.startsWith("54"));
    }

    /** Class 22 is a value that does not fit, class 23 a constraint that does not hold. */
    private static boolean showsValues(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("22") || state.startsWith("23"));
    }

    private static boolean is(SQLException e, String state) {
        return state.equals(e.getSQLState());
    }
}
