package io.daybook.doctor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who keeps vacuum from removing dead rows on PostgreSQL: cursors and leases are updated often, and grow slow under dead rows. */
final class Vacuum implements Check {

    /** What has no age in seconds (slots, standbys) is a finding when it holds back so many transactions. */
    private static final long MANY = 1_000_000;

    private static final String HOLDERS = """
            select h.kind, h.pid, h.name, h.seconds, h.transactions
            from (select case when a.backend_type = 'walsender' then 'standby' else 'session' end as kind,
                         a.pid,
                         a.application_name as name,
                         extract(epoch from clock_timestamp() - a.xact_start)::bigint as seconds,
                         greatest(age(a.backend_xmin), age(a.backend_xid)) as transactions
                  from pg_stat_activity a
                  where (a.backend_xmin is not null or a.backend_xid is not null)
                    and a.pid <> pg_backend_pid()
                    and (a.datname = current_database() or a.datname is null)
                    and a.backend_type <> 'autovacuum worker'
                  union all
                  select 'prepared', null, p.gid, extract(epoch from clock_timestamp() - p.prepared)::bigint, age(p.transaction)
                  from pg_prepared_xacts p
                  where p.database = current_database()
                  union all
                  select 'slot', s.active_pid, s.slot_name::text, null, age(s.xmin)
                  from pg_replication_slots s
                  where s.xmin is not null) h
            order by h.transactions desc
            """;

    private record Holder(
            String kind,
            @Nullable Integer pid,
            @Nullable String name,
            @Nullable Long seconds,
            long transactions) {}

    @Override
    public String name() {
        return "vacuum";
    }

    @Override
    public void run(Examination examination) {
        List<Holder> holders = examination.rows(
                "Looking for who holds back vacuum",
                HOLDERS,
                row -> new Holder(
                        row.getString(1),
                        row.getObject(2) == null ? null : Integer.valueOf(row.getInt(2)),
                        row.getString(3),
                        row.getObject(4) == null ? null : Long.valueOf(row.getLong(4)),
                        row.getLong(5)));
        boolean fine = true;
        int hidden = 0;
        for (Holder holder : holders) {
            Long seconds = holder.seconds();
            boolean tooLong = seconds == null
                    ? holder.transactions() > MANY
                    : seconds >= examination.limits.vacuum().toSeconds();
            if (tooLong) {
                fine = false;
                tell(examination, holder);
            } else if (seconds == null && holder.kind().equals("session")) {
                hidden++;
            }
        }
        if (hidden > 0) {
            examination.info(
                    "%s of other users have a snapshot; this user may not know for how long."
                            .formatted(Examination.count(hidden, "session")),
                    "A long one would be found only by the transactions it holds back.",
                    "grant pg_read_all_stats to the user that runs the doctor;");
        } else if (fine) {
            examination.fine(
                    "Nobody has held back vacuum for %d s or longer.",
                    examination.limits.vacuum().toSeconds());
        }
    }

    private static void tell(Examination examination, Holder holder) {
        String age = holder.seconds() == null ? "" : " for " + Examination.age(holder.seconds());
        String who = "";
        String remedy = "";
        switch (holder.kind()) {
            case "session" -> {
                who = "The transaction of pid %s (application '%s')".formatted(holder.pid(), holder.name());
                remedy = "Have the application end it; or: select pg_terminate_backend(%s);".formatted(holder.pid());
            }
            case "standby" -> {
                who = "Standby '%s' (hot_standby_feedback, pid %s)".formatted(holder.name(), holder.pid());
                remedy = "End the long query on the standby, or switch hot_standby_feedback off there.";
            }
            case "prepared" -> {
                who = "Prepared transaction '%s'".formatted(holder.name());
                remedy = "commit prepared '%s'; or rollback prepared '%s'; as its transaction manager decided."
                        .formatted(holder.name(), holder.name());
            }
            default -> {
                who = "Replication slot '%s'".formatted(holder.name());
                remedy = "If nobody uses it any more: select pg_drop_replication_slot('%s');".formatted(holder.name());
            }
        }
        examination.warning(
                "%s holds back vacuum%s, over %s."
                        .formatted(who, age, Examination.count(holder.transactions(), "transaction")),
                "Dead rows stay, first in cursors and nodes, which are updated often: they grow, and delivery becomes slower and slower."
                        + " Nothing is lost, and no append waits for it.",
                remedy);
    }
}
