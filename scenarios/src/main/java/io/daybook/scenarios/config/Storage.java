package io.daybook.scenarios.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the data of a data node is kept.
 *
 * @param format how it is written
 * @param folder of the files: each write makes a new one, so that what the log says of an earlier one stays true; null = in the event log
 */
public record Storage(Format format, @Nullable Path folder) {

    /** How data is written. */
    public enum Format {
        /** As the value of an event: anything with a JSON form, up to the largest value of the daybook (1 MiB by default). */
        LOG(false),
        /** A file of JSON: anything with a JSON form. A list can be appended to. */
        JSON(true),
        /** A file of comma-separated values with a header: a list of maps, records or beans with the same members. It can be appended to. */
        CSV(true),
        /** A file of bytes: {@code byte[]}. */
        BYTES(false);

        private final boolean appendable;

        Format(boolean appendable) {
            this.appendable = appendable;
        }

        /** Whether data can be appended to what is there. */
        public boolean isAppendable() {
            return appendable;
        }
    }

    /** Refuses a file without a folder, and a folder without a file. */
    public Storage {
        if ((format == Format.LOG) != (folder == null)) {
            throw new InvalidConfiguration("Data is kept in the log, or in files of a folder; found %s and folder %s."
                    .formatted(format, folder));
        }
    }

    /** In the event log itself: with the history of its values, and nothing else to back up. */
    public static Storage log() {
        return new Storage(Format.LOG, null);
    }

    /** In JSON files of that folder; the log keeps their paths and digests. */
    public static Storage json(Path folder) {
        return new Storage(Format.JSON, folder);
    }

    /** In CSV files of that folder; the log keeps their paths and digests. */
    public static Storage csv(Path folder) {
        return new Storage(Format.CSV, folder);
    }

    /** In files of bytes of that folder; the log keeps their paths and digests. */
    public static Storage bytes(Path folder) {
        return new Storage(Format.BYTES, folder);
    }
}
