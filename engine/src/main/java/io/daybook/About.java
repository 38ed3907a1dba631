package io.daybook;

import java.time.Instant;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * What a daybook is, and what it stands on.
 *
 * @param id identity of the daybook
 * @param schema schema that its tables are in
 * @param format version of the bytes that the ledger's hash is computed from
 * @param created when its first migration ran (clock of the database)
 * @param migration newest migration that the schema has had
 * @param database product: {@code H2} or {@code PostgreSQL}
 * @param databaseVersion as the database says it
 */
public record About(
        UUID id,
        String schema,
        int format,
        Instant created,
        OptionalInt migration,
        String database,
        String databaseVersion) {}
