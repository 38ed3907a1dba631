package io.daybook.doctor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the database keeps what it acknowledged through a crash. */
final class Durability implements Check {

    private static final String POSTGRESQL = """
            select current_setting('fsync'),
                   current_setting('full_page_writes'),
                   current_setting('synchronous_commit'),
                   current_user,
                   pg_is_in_recovery()
            """;

    /** Settings of other roles here, and of this database: appenders may be somebody else than who asks. */
    private static final String OTHERS = """
            select coalesce(r.rolname, 'every role') || ' in ' || coalesce('database ' || d.datname, 'every database')
            from pg_db_role_setting s
            left join pg_roles r on r.oid = s.setrole
            left join pg_database d on d.oid = s.setdatabase
            where (s.setdatabase = 0 or d.datname = current_database())
              and 'synchronous_commit=off' = any (s.setconfig)
            order by 1
            """;

    private static final String H2 = """
            select setting_value
            from information_schema.settings
            where setting_name = 'WRITE_DELAY'
            """;

    private record Settings(
            String fsync, String fullPageWrites, String synchronousCommit, String user, boolean standby) {}

    @Override
    public String name() {
        return "durability";
    }

    @Override
    public void run(Examination examination) {
        if (examination.database.isPostgresql()) {
            postgresql(examination);
        } else {
            h2(examination);
        }
    }

    private static void postgresql(Examination examination) {
        Settings settings = examination.row(
                "Looking at what is durable",
                POSTGRESQL,
                row -> new Settings(
                        row.getString(1), row.getString(2), row.getString(3), row.getString(4), row.getBoolean(5)));
        List<String> others =
                examination.rows("Looking at the settings of roles", OTHERS, row -> String.valueOf(row.getString(1)));
        boolean fine = true;
        if (!settings.fsync().equals("on")) {
            fine = false;
            examination.error(
                    "fsync is off.",
                    "A crash of the machine may lose acknowledged appends and destroy the database.",
                    "alter system set fsync = on; select pg_reload_conf();");
        }
        if (!settings.fullPageWrites().equals("on")) {
            fine = false;
            examination.error(
                    "full_page_writes is off.",
                    "A crash of the machine may leave half-written pages: a damaged database.",
                    "alter system set full_page_writes = on; select pg_reload_conf(); unless the file system never writes half a page.");
        }
        if (settings.synchronousCommit().equals("off")) {
            fine = false;
            examination.warning(
                    "synchronous_commit is off for user %s.".formatted(settings.user()),
                    lost(),
                    "alter role \"%s\" reset synchronous_commit; or where it was set: the database, postgresql.conf, the URL."
                            .formatted(settings.user()));
        }
        for (String other : others) {
            fine = false;
            examination.warning(
                    "synchronous_commit is set to off for %s.".formatted(other),
                    lost(),
                    "alter role <role> reset synchronous_commit; alter role <role> in database <database> reset synchronous_commit; alter"
                            + " database <database> reset synchronous_commit; whichever fits, if they append.");
        }
        if (fine) {
            examination.fine(
                    "fsync and full_page_writes are on, synchronous_commit is %s.", settings.synchronousCommit());
        }
        if (settings.standby()) {
            examination.info(
                    "This server is a standby.",
                    "What is said here is as of what it has replayed; the sequencer and all writers are on the primary.",
                    "");
        }
    }

    private static String lost() {
        return "An append that was acknowledged may be lost when the server crashes. (Positions are not affected: the sequencer's own commits"
                + " always wait.)";
    }

    private static void h2(Examination examination) {
        List<@Nullable String> delays = examination.rows("Looking at what is durable", H2, row -> row.getString(1));
        String url = examination.database.call(
                "Reading the URL", c -> c.getMetaData().getURL());
        String delay = delays.isEmpty() || delays.get(0) == null ? "500" : String.valueOf(delays.get(0));
        if (url.startsWith("jdbc:h2:mem:")) {
            examination.info("The database is in memory only.", "It is gone when the process ends.", "");
        } else if (delay.equals("0")) {
            examination.fine("WRITE_DELAY is 0: a commit is with the operating system before it is acknowledged.");
        } else {
            examination.error(
                    "WRITE_DELAY is %s: somebody has changed it since the daybook was opened.".formatted(delay),
                    "An append that was acknowledged may be lost when the process is killed.",
                    "set write_delay 0; and leave it out of, or at 0 in, the URLs of all who open this file.");
        }
    }
}
