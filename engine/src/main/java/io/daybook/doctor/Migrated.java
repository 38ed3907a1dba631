package io.daybook.doctor;

import io.daybook.migrations.MigrationException;
import io.daybook.migrations.Migrations;
import io.daybook.migrations.Status;

/** Whether the tables are those that this version works with. */
final class Migrated implements Check {

    @Override
    public String name() {
        return "migrations";
    }

    @Override
    public void run(Examination examination) {
        Migrations migrations = Migrations.of(examination.database.dataSource(), examination.database.schema());
        try {
            migrations.validate();
            Status status = migrations.status();
            examination.fine(
                    "Schema %s is at version %d, which is the newest.",
                    examination.database.schema(), status.currentVersion().orElse(0));
        } catch (MigrationException e) {
            examination.error(
                    String.valueOf(e.getMessage()),
                    "The tables are not those that this version of Daybook works with; it does not open.",
                    "Run `daybook migrate` as the owner of the schema, with the newest version of Daybook that uses this schema.");
        }
    }
}
