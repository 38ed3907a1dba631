package io.daybook.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What this process and the server's sessions have cost so far.
 *
 * @param nanoTime when it was looked
 * @param processNanoseconds CPU time of this process
 * @param sessionSeconds CPU time of each session, by process id; empty where the server's processes cannot be seen
 * @param transactions that the database counts
 */
record Effort(long nanoTime, long processNanoseconds, Map<Integer, Double> sessionSeconds, long transactions) {

    /** What Linux counts CPU time in for everybody to see. */
    private static final double TICKS_PER_SECOND = 100;

    /** CPU time of this process, in nanoseconds. */
    static long ofProcess() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /** The database counts the transactions of a session up to a second late, so this wants seconds between two looks. */
    static Effort now(Server server) throws SQLException {
        try (Connection connection = server.connect("");
                Statement statement = connection.createStatement()) {
            Map<Integer, Double> sessions = new HashMap<>();
            try (ResultSet row = statement.executeQuery(
                    "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")) {
                while (row.next()) {
                    int pid = row.getInt(1);
                    seconds(pid).ifPresent(seconds -> sessions.put(pid, seconds));
                }
            }
            try (ResultSet row = statement.executeQuery(
                    "select xact_commit + xact_rollback from pg_stat_database where datname = current_database()")) {
                row.next();
                return new Effort(System.nanoTime(), ofProcess(), sessions, row.getLong(1));
            }
        }
    }

    private static OptionalDouble seconds(int pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Integer.toString(pid), "stat"));
            // The name of the process stands in brackets and may contain anything; utime is the 12th field behind it.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return OptionalDouble.of((Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND);
        } catch (IOException e) {
            return OptionalDouble.empty();
        }
    }

    double secondsSince(Effort before) {
        return (nanoTime - before.nanoTime) / 1e9;
    }

    /** Share of one core that this process took since. */
    double processShareSince(Effort before) {
        return (processNanoseconds - before.processNanoseconds) / 1e9 / secondsSince(before);
    }

    /** Share of one core that the sessions took since; those that ended meanwhile do not count. */
    double sessionShareSince(Effort before) {
        double seconds = 0;
        for (Map.Entry<Integer, Double> session : sessionSeconds.entrySet()) {
            seconds += session.getValue() - before.sessionSeconds.getOrDefault(session.getKey(), 0.0);
        }
        return seconds / secondsSince(before);
    }

    double transactionsPerSecondSince(Effort before) {
        return (transactions - before.transactions) / secondsSince(before);
    }
}
