package io.daybook.bench;

import io.daybook.Daybook;
import io.daybook.evidence.AnchorKey;
import io.daybook.evidence.AnchorTrust;
import io.daybook.evidence.Evidence;
import io.daybook.evidence.Proof;
import io.daybook.ledger.Verification;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The questions of {@code docs/sql.md}, word for word, asked of a log of many events: how long each takes, and by which indexes. The log is
 * numbered and hashed by a sequencer like any other, and verified at the end.
 */
final class QuestionsSuite implements Suite {

    private static final String SCHEMA = "daybook_bench_questions";
    private static final Path DOCUMENT = Path.of(System.getProperty("daybook.root", "."), "docs", "sql.md");

    /** A heading, or the line above the query of a function; then the query. */
    private static final Pattern QUESTION =
            Pattern.compile("\n(?:### )?([^\n]+\\?)\n\n```sql\n(.*?)```", Pattern.DOTALL);

    /** What the planner says of how it reaches a table. */
    private static final Pattern ACCESS = Pattern.compile(
            "(Seq Scan|Index Scan|Index Only Scan|Bitmap Index Scan)(?: Backward)?(?: using (\\w+))? on (\\w+)");

    /** What docs/sql-performance.md tells of. */
    private static final long MOST_EVENTS = 10_000_000;

    /** What takes longer reads everything, and is asked once. */
    private static final double LONG_MILLISECONDS = 2_000;

    @Override
    public String name() {
        return "questions";
    }

    @Override
    public String description() {
        return "The questions of docs/sql.md, of a large log.";
    }

    @Override
    public boolean onlyByName() {
        return true;
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        long events = Math.min(plan.events(), MOST_EVENTS);
        if (!isFilled(server, events)) {
            server.drop(SCHEMA);
            fill(server, events);
        }
        String log = String.format(Locale.ROOT, "%,d events", events);
        try (Connection connection = server.connect("")) {
            Matcher question = QUESTION.matcher(Files.readString(DOCUMENT));
            while (question.find()) {
                ask(
                        connection,
                        question.group(1),
                        question.group(2).replace("daybook.", SCHEMA + "."),
                        plan,
                        report,
                        log);
            }
        }
        try (Daybook daybook = Daybooks.open(server, SCHEMA, false, 1)) {
            evidence(daybook, events, report, log);
        }
    }

    private static void evidence(Daybook daybook, long events, Report report, String log) throws IOException {
        Evidence evidence = daybook.evidence();
        AnchorKey key = AnchorKey.generate(new SecureRandom());
        Path proof = Files.createTempFile("daybook-bench", ".proof");
        try {
            took(report, "the first anchor (reads all hashes)", log, () -> evidence.anchor(key));
            took(report, "the next anchor", log, () -> evidence.anchor(key));
            took(report, "proof of one order", "10 events of " + log, () -> {
                try (Writer out = Files.newBufferedWriter(proof)) {
                    evidence.prove("order", "o-1", key, out);
                }
            });
            took(
                    report,
                    "verify-proof of it, without the database",
                    "10 events of " + log,
                    () -> Proof.check(proof, AnchorTrust.of(key.publicKey()), daybook.id()));
            for (int threads : new int[] {1, evidence.threads()}) {
                took(report, "verify, %d threads".formatted(threads), log, () -> {
                    Verification verification = evidence.verify(threads, (position, head) -> {});
                    if (!verification.isClean() || verification.verified() != events) {
                        throw new IllegalStateException("The log does not verify: " + verification);
                    }
                });
            }
        } finally {
            Files.delete(proof);
        }
    }

    /** What takes seconds is done once. */
    private interface Work {
        void run() throws IOException;
    }

    private static void took(Report report, String what, String detail, Work work) throws IOException {
        long begin = System.nanoTime();
        work.run();
        report.row(new Row(what, Series.of((System.nanoTime() - begin) / 1e9), "s", 2, Target.none(), detail));
    }

    private static void ask(Connection connection, String title, String query, Plan plan, Report report, String log)
            throws SQLException {
        Series milliseconds = new Series();
        long rows = 0;
        do {
            long begin = System.nanoTime();
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(query)) {
                rows = 0;
                while (row.next()) {
                    rows++;
                }
            }
            milliseconds.add((System.nanoTime() - begin) / 1e6);
            // The first turn finds cold caches; it counts where there is no other.
        } while (milliseconds.last() < LONG_MILLISECONDS && milliseconds.size() <= plan.pairs());
        Set<String> accesses = accesses(connection, query);
        boolean all = accesses.stream().anyMatch(access -> access.matches("Seq Scan on (events|ledger)"));
        report.row(new Row(
                (query.contains("_as_of(") ? "function: " : "") + title,
                milliseconds,
                "ms",
                1,
                all ? Target.none() : Target.atMost(200),
                "%d rows of %s%s; %s".formatted(rows, log, all ? ", reads all" : "", String.join(", ", accesses))));
    }

    private static Set<String> accesses(Connection connection, String query) throws SQLException {
        Set<String> accesses = new LinkedHashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet line = statement.executeQuery("explain " + query)) {
            while (line.next()) {
                Matcher access = ACCESS.matcher(line.getString(1));
                if (access.find()) {
                    String by = access.group(2) == null ? access.group(3) : access.group(2);
                    accesses.add(access.group(1) + (access.group(1).equals("Seq Scan") ? " on " : " ") + by);
                }
            }
        }
        return accesses;
    }

    private static boolean isFilled(Server server, long events) throws SQLException {
        return server.number("select count(*) from pg_tables where schemaname = '" + SCHEMA
                                + "' and tablename = 'ledger'")
                        == 1
                && server.number("select coalesce(max(position), 0) from " + SCHEMA + ".ledger") == events;
    }

    /** Blocks of a thousand entities that live ten events each, side by side, three seconds from event to event. */
    private static void fill(Server server, long events) throws SQLException, InterruptedException {
        Daybooks.open(server, SCHEMA, false, 1).close();
        server.execute("""
                insert into %1$s.events (
                    entity_type, entity_id, version, operation, attribute_name, attribute_value, creation_date, transaction_id,
                    actor, reason, correlation_id, causation_position, context, salt)
                select case when entity %% 10 = 0 then 'customer' else 'order' end,
                       case when entity %% 10 = 0 then 'c-' else 'o-' end || entity,
                       step + 1,
                       case
                           when step = 0 then 'CREATION'
                           when step = 8 then 'APPROVAL'
                           when step = 9 and entity %% 7 = 0 then 'DELETION'
                           else 'UPDATE'
                       end,
                       case
                           when step in (0, 8) or step = 9 and entity %% 7 = 0 then null
                           when step %% 3 = 1 then 'status'
                           when step %% 3 = 2 then 'total'
                           else 'place'
                       end,
                       case
                           when step = 0 then '{"status":"new","total":0}'::jsonb
                           when step = 8 or step = 9 and entity %% 7 = 0 then null
                           when step %% 3 = 2 then to_jsonb(n %% 1000)
                           when step %% 3 = 1 then to_jsonb((array['paid', 'sent', 'returned'])[1 + step / 3])
                           else to_jsonb('stall ' || n %% 100)
                       end,
                       timestamp with time zone '2026-01-01 00:00:00Z' + n * interval '3 seconds',
                       md5((n / 5)::text)::uuid,
                       case entity %% 997 when 1 then 'kim' else 'user ' || entity %% 997 end,
                       case when step = 9 then 'closed' end,
                       case when entity %% 2 = 0 then 'call-' || entity / 4 end,
                       case when step = 5 then n - 999 end,
                       '{"application":"shop","application_version":"2.3.1","host":"till-7"}',
                       decode(md5(n::text), 'hex')
                from (select n, n / 10000 * 1000 + n %% 1000 as entity, n / 1000 %% 10 as step
                      from generate_series(0::bigint, %2$d - 1) n) generated
                order by n
                """.formatted(SCHEMA, events));
        server.execute("vacuum analyze " + SCHEMA + ".events");
        try (Daybook daybook = Daybooks.open(server, SCHEMA, true, 1)) {
            while (daybook.head() < events) {
                Thread.sleep(1_000);
            }
        }
        server.execute("vacuum analyze " + SCHEMA + ".events");
        server.execute("vacuum analyze " + SCHEMA + ".ledger");
    }
}
