package io.daybook.doctor;

/** Whether rounds on PostgreSQL can start from what the last one saw, or compare everything first. */
final class Accelerator implements Check {

    /** The snapshot is {@code <cluster> <xmin:xmax:xip> <floor>} and, within a large window, two words more. */
    private static final String STATE = """
            select l.snapshot is not null,
                   split_part(l.snapshot, ' ', 1),
                   c.system_identifier::text,
                   split_part(split_part(l.snapshot, ' ', 2), ':', 2)::numeric > pg_snapshot_xmax(pg_current_snapshot())::text::numeric
            from (select system_identifier from pg_control_system()) c
            left join (select snapshot
                       from daybook.ledger
                       order by position desc
                       limit 1) l on true
            """;

    private record State(boolean there, String left, String here, boolean ahead) {}

    @Override
    public String name() {
        return "accelerator";
    }

    @Override
    public void run(Examination examination) {
        boolean empty = examination.ledger.head().position() == 0;
        State state = examination.row(
                "Looking at the accelerator",
                STATE,
                row -> new State(row.getBoolean(1), row.getString(2), row.getString(3), row.getBoolean(4)));
        if (empty) {
            examination.fine("There is none yet; the first round compares everything.");
        } else if (!state.there()) {
            examination.info(
                    "The head of the ledger has none.",
                    "The next round compares all events with the ledger, once: a matter of seconds per million. Nothing is lost.",
                    "");
        } else if (!state.left().equals(state.here())) {
            examination.info(
                    "The head of the ledger was written in cluster %s; this is cluster %s."
                            .formatted(state.left(), state.here()),
                    "The database was dumped and restored, or upgraded. Transaction ids of the other cluster mean nothing here, so the next"
                            + " round compares all events with the ledger, once: a matter of seconds per million. Nothing is lost.",
                    "");
        } else if (state.ahead()) {
            examination.warning(
                    "The last round saw transaction ids that this cluster has not reached.",
                    "The transaction counter was set back (pg_resetwal, or a copy of another state of the same cluster). New events wait for"
                            + " the sequencer's comparison, up to minutes; it repairs this by itself.",
                    "Keep a node open that sequences, and run `daybook doctor` again in some minutes.");
        } else {
            examination.fine("The last round left it in this cluster.");
        }
    }
}
