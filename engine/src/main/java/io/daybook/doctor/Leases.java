package io.daybook.doctor;

import io.daybook.ledger.EventRow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether every partition that somebody wants to deliver is delivered, and no lease lasts for ever. */
final class Leases implements Check {

    /** A lease lasts seconds, whatever is configured. */
    private static final Duration LONGEST = Duration.ofHours(1);

    /** How long a partition may be without a living owner: another node takes it within a lease. */
    private static final Duration ORPHANED = Duration.ofMinutes(1);

    /** When a node that is gone may be forgotten. */
    private static final Duration FORGOTTEN = Duration.ofHours(1);

    private static final String NODES = """
            select n.node, n.host, n.pid, n.lease_until, current_timestamp
            from daybook.nodes n
            order by n.node
            """;

    /** Partitions whose owner is no living node, though living nodes want to deliver their registration. */
    private static final String ORPHANS = """
            select c.registration, c.partition, c.owner, n.lease_until, c.saved,
                   (select count(*)
                    from daybook.candidates w
                    join daybook.nodes a on a.node = w.node
                    where w.registration = c.registration
                      and a.lease_until > current_timestamp) as wanted,
                   current_timestamp
            from daybook.cursors c
            join daybook.registrations r on r.name = c.registration
            left join daybook.nodes n on n.node = c.owner
            where r.paused is null
              and (n.node is null or n.lease_until <= current_timestamp)
            order by c.registration, c.partition
            """;

    private record Node(String node, String host, long pid, Instant leaseUntil, Instant now) {
        String shown() {
            return "Node %s (%s, pid %d)".formatted(node, host, pid);
        }
    }

    private record Orphan(
            String registration,
            int partition,
            @Nullable String owner,
            @Nullable Instant leaseUntil,
            Instant saved,
            long wanted,
            Instant now) {

        Duration orphaned() {
            Instant since = leaseUntil == null ? saved : leaseUntil;
            return Duration.between(since, now);
        }
    }

    @Override
    public String name() {
        return "leases";
    }

    @Override
    public void run(Examination examination) {
        List<Node> nodes = examination.rows(
                "Reading the leases",
                NODES,
                row -> new Node(
                        row.getString(1),
                        row.getString(2),
                        row.getLong(3),
                        EventRow.instant(row, 4),
                        EventRow.instant(row, 5)));
        boolean fine = true;
        for (Node node : nodes) {
            Duration left = Duration.between(node.now(), node.leaseUntil());
            if (left.compareTo(LONGEST) > 0) {
                fine = false;
                examination.error(
                        "%s has a lease until %s, which is %s from now."
                                .formatted(node.shown(), node.leaseUntil(), Examination.age(left.toSeconds())),
                        "Leases last seconds: the clock of the database was set back since. If the node is gone, nobody takes its partitions"
                                + " until then.",
                        "If its process is gone: update %s.nodes set lease_until = current_timestamp where node = '%s';"
                                .formatted(examination.database.schema(), node.node()));
            }
        }
        for (Orphan orphan : orphans(examination)) {
            fine = false;
            examination.error(
                    "Partition %d of registration %s %s, and %s that want%s to deliver it %s not taken it for %s."
                            .formatted(
                                    orphan.partition(),
                                    orphan.registration(),
                                    orphan.owner() == null
                                            ? "has no owner"
                                            : "belongs to node " + orphan.owner() + ", whose lease has ended",
                                    Examination.count(orphan.wanted(), "living node"),
                                    orphan.wanted() == 1 ? "s" : "",
                                    orphan.wanted() == 1 ? "has" : "have",
                                    Examination.age(orphan.orphaned().toSeconds())),
                    "Nobody delivers this partition, though somebody should within seconds.",
                    "Look at the logs of the living nodes for why they do not take it; restart one of them.");
        }
        long gone = nodes.stream()
                .filter(node -> Duration.between(node.leaseUntil(), node.now()).compareTo(FORGOTTEN) > 0)
                .count();
        if (gone > 0) {
            examination.info(
                    "%s left over, whose leases ended more than %s ago."
                            .formatted(
                                    gone == 1 ? "1 node is" : gone + " nodes are",
                                    Examination.age(FORGOTTEN.toSeconds())),
                    "They were killed, and own nothing any more.",
                    "If they disturb you: delete from %s.nodes where lease_until < current_timestamp - interval '1' hour;"
                            .formatted(examination.database.schema()));
        }
        if (fine) {
            long living = nodes.stream()
                    .filter(node -> node.leaseUntil().isAfter(node.now()))
                    .count();
            examination.fine(
                    "%s; no partition that somebody wants to deliver is without an owner.",
                    Examination.count(living, "living node"));
        }
    }

    private static List<Orphan> orphans(Examination examination) {
        return examination
                .rows(
                        "Looking for partitions without an owner",
                        ORPHANS,
                        row -> new Orphan(
                                row.getString(1),
                                row.getInt(2),
                                row.getString(3),
                                row.getObject(4) == null ? null : EventRow.instant(row, 4),
                                EventRow.instant(row, 5),
                                row.getLong(6),
                                EventRow.instant(row, 7)))
                .stream()
                .filter(orphan -> orphan.wanted() > 0 && orphan.orphaned().compareTo(ORPHANED) > 0)
                .toList();
    }
}
