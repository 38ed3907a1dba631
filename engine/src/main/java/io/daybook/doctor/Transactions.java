package io.daybook.doctor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Transactions that have appended and stay open: nobody sees their events, and appends to the same entities wait. */
final class Transactions implements Check {

    /**
     * Who has written into events holds this lock until its end. A prepared transaction has no session; the lock on its own id, held
     * under the same virtual transaction, tells which it is.
     */
    private static final String POSTGRESQL = """
            select a.pid, p.gid, a.application_name, a.usename::text, a.state,
                   extract(epoch from clock_timestamp() - coalesce(a.xact_start, p.prepared))::bigint
            from (select distinct pid, virtualtransaction
                  from pg_locks
                  where locktype = 'relation'
                    and database = (select oid from pg_database where datname = current_database())
                    and relation = 'daybook.events'::regclass
                    and mode = 'RowExclusiveLock'
                    and granted) l
            left join pg_stat_activity a on a.pid = l.pid
            left join pg_locks x
                on l.pid is null
               and x.pid is null
               and x.locktype = 'transactionid'
               and x.virtualtransaction = l.virtualtransaction
            left join pg_prepared_xacts p on p.transaction = x.transactionid
            order by 6 desc nulls last
            """;

    /** H2 does not tell when a transaction began, but since when its session has done nothing. */
    private static final String H2 = """
            select s.session_id, null, coalesce(s.client_addr, 'embedded'), s.user_name, s.session_state,
                   datediff(second, s.sleep_since, current_timestamp)
            from information_schema.sessions s
            where s.contains_uncommitted
              and s.sleep_since is not null
              and exists (select 1
                          from information_schema.locks k
                          where k.session_id = s.session_id
                            and lower(k.table_schema) = lower('%s')
                            and lower(k.table_name) = 'events')
            order by 6 desc
            """;

    private record Holder(
            @Nullable Integer session,
            @Nullable String prepared,
            @Nullable String application,
            @Nullable String user,
            @Nullable String state,
            @Nullable Long seconds) {}

    @Override
    public String name() {
        return "transactions";
    }

    @Override
    public void run(Examination examination) {
        boolean postgresql = examination.database.isPostgresql();
        List<Holder> holders = examination.rows(
                "Looking for transactions that append",
                postgresql ? POSTGRESQL : H2.formatted(examination.database.schema()),
                row -> new Holder(
                        row.getObject(1) == null ? null : Integer.valueOf(row.getInt(1)),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getObject(6) == null ? null : Long.valueOf(row.getLong(6))));
        boolean fine = true;
        int hidden = 0;
        for (Holder holder : holders) {
            if (holder.seconds() == null) {
                hidden++;
            } else if (holder.seconds() >= examination.limits.appending().toSeconds()) {
                fine = false;
                tell(examination, holder, holder.seconds(), postgresql);
            }
        }
        if (hidden > 0) {
            examination.info(
                    "%s of other users have appended and are open; this user may not know for how long."
                            .formatted(Examination.count(hidden, "transaction")),
                    "A long one would not be found.",
                    "grant pg_read_all_stats to the user that runs the doctor;");
        } else if (fine) {
            examination.fine(
                    "No transaction that has appended is open for %d s or longer.",
                    examination.limits.appending().toSeconds());
        }
    }

    private static void tell(Examination examination, Holder holder, long seconds, boolean postgresql) {
        String meaning =
                "Its events are not visible, so they have no positions and are delivered to nobody; appends to the same entities fail"
                        + " with AppendTimeout. All others go on.";
        if (holder.prepared() != null) {
            examination.warning(
                    "Prepared transaction '%s' has appended and has been open for %s."
                            .formatted(holder.prepared(), Examination.age(seconds)),
                    meaning,
                    "commit prepared '%s'; or rollback prepared '%s'; as its transaction manager decided."
                            .formatted(holder.prepared(), holder.prepared()));
        } else if (postgresql) {
            examination.warning(
                    "The transaction of pid %s (application '%s', user %s, %s) has appended and has been open for %s."
                            .formatted(
                                    holder.session(),
                                    holder.application(),
                                    holder.user(),
                                    holder.state(),
                                    Examination.age(seconds)),
                    meaning,
                    "Have the application end it; or roll it back: select pg_terminate_backend(%s);"
                            .formatted(holder.session()));
        } else {
            examination.warning(
                    "Session %s (%s, user %s) has appended in a transaction that is open, and has done nothing for %s."
                            .formatted(holder.session(), holder.application(), holder.user(), Examination.age(seconds)),
                    meaning,
                    "Have the application end it; or roll it back: call abort_session(%s);"
                            .formatted(holder.session()));
        }
    }
}
