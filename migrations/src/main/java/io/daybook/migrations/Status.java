package io.daybook.migrations;

import java.util.OptionalInt;

/**
 * How far a schema is.
 *
 * @param schemaExists whether the schema is there at all
 * @param currentVersion newest migration that it has had; empty where none has run
 * @param pending number of migrations that this version of Daybook would run
 */
public record Status(boolean schemaExists, OptionalInt currentVersion, int pending) {}
