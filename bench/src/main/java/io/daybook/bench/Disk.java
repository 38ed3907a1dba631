package io.daybook.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Optional;

/** Whether a large log has room, asked before it is filled: a disk that is full after half an hour ends more than the suite. */
final class Disk {

    /** Of {@code events} and {@code ledger} with their indexes: some 450 are seen, and pages that were split leave gaps. */
    static final long BYTES_PER_EVENT = 550;

    /** The write-ahead log beside it, which outgrows max_wal_size while much is written. */
    static final long LOG_BYTES = 3L << 30;

    private Disk() {}

    /**
     * Looks where the server's data are; a server on another machine is believed to have room.
     *
     * @throws IllegalStateException if there is too little; says how much is needed and how much is free
     */
    static void require(Server server, long events) throws SQLException, IOException {
        Optional<Path> folder = dataDirectory(server).map(Path::of).filter(Files::isDirectory);
        if (folder.isPresent()) {
            tooLittle(events, Files.getFileStore(folder.get()).getUsableSpace()).ifPresent(message -> {
                throw new IllegalStateException(message);
            });
        }
    }

    static long needed(long events) {
        return events * BYTES_PER_EVENT + LOG_BYTES;
    }

    /** Why that many events do not fit into so many bytes; empty if they do. */
    static Optional<String> tooLittle(long events, long free) {
        long needed = needed(events);
        return free >= needed
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "A log of %,d events takes some %,d bytes of disk, and %,d are free where the server keeps its data. --events asks for a smaller one.",
                        events,
                        needed,
                        free));
    }

    /** Empty where this user may not know. */
    private static Optional<String> dataDirectory(Server server) throws SQLException {
        try (Connection connection = server.connect("");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select current_setting('data_directory')")) {
            row.next();
            return Optional.ofNullable(row.getString(1));
        } catch (SQLException e) {
            if ("42501".equals(e.getSQLState())) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
