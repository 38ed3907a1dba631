package io.daybook.console;

import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Shell;
import io.daybook.migrations.Migrations;
import io.daybook.migrations.Report;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code daybook migrate}. */
@Command(
        name = "migrate",
        description = {
            "Makes the tables of the daybook, or brings them up to this version.",
            "",
            "Every command that appends does this by itself where it may. On PostgreSQL an owner of the schema runs this once per version,"
                    + " and then what --print-roles prints; applications and operators then need no more rights than their roles have."
        },
        footer = {
            "Examples:",
            "  daybook migrate",
            "  daybook --db jdbc:postgresql://localhost/shop --user owner migrate",
            "  daybook migrate --print-roles | psql shop",
            ""
        })
final class MigrateCommand implements Runnable {

    private final Shell shell;

    @Option(
            names = "--print-roles",
            description =
                    "Only print the SQL that makes the PostgreSQL roles <schema>_application and <schema>_operator.")
    private boolean printRoles;

    MigrateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        if (printRoles) {
            shell.say(Migrations.rolesScript(shell.schema()));
            return;
        }
        Report report = shell.migrate();
        String applied = report.applied().stream().map(String::valueOf).collect(Collectors.joining(", "));
        if (shell.isJson()) {
            shell.say(new JsonLine()
                    .put("schema", report.schema())
                    .put("applied", report.applied().size())
                    .put("migrations", applied)
                    .put("version", report.currentVersion())
                    .toString());
        } else if (report.applied().isEmpty()) {
            shell.say("Schema %s is at version %d: nothing to do.".formatted(report.schema(), report.currentVersion()));
        } else {
            shell.say("Schema %s: applied %s, now at version %d."
                    .formatted(report.schema(), applied, report.currentVersion()));
        }
    }
}
