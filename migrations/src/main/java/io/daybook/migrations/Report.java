package io.daybook.migrations;

import java.util.List;

/**
 * What a run of {@link Migrations#migrate} did.
 *
 * @param schema name of the schema, as it was given
 * @param applied versions that this run applied, oldest first; empty where nothing was pending, or another process was
 *     first
 * @param currentVersion version that the schema is at now
 */
public record Report(String schema, List<Integer> applied, int currentVersion) {

    /** Copies the list. */
    public Report {
        applied = List.copyOf(applied);
    }
}
