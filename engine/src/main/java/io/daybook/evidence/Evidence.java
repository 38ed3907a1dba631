package io.daybook.evidence;

import io.daybook.database.Database;
import io.daybook.event.EntityRef;
import io.daybook.ledger.EventRow;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerPoint;
import io.daybook.ledger.Verification;
import java.io.Writer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Proves the history of a daybook: verifies it, alone and against anchors, signs anchors of it, and writes proofs of what happened to one
 * entity. What each of them proves against whom is in docs/evidence.md. Changes nothing; thread-safe.
 */
public final class Evidence {

    private final Database database;
    private final Ledger ledger;
    private final Clock clock;
    private final UUID daybookId;
    private final LedgerHashes hashes;
    private final LedgerFrontier frontier;

    /** @param clock where the times of signing come from */
    public Evidence(Database database, Ledger ledger, Clock clock) {
        this.database = database;
        this.ledger = ledger;
        this.clock = clock;
        this.daybookId = ledger.daybookId();
        this.hashes = new LedgerHashes(database);
        this.frontier = new LedgerFrontier(ledger, hashes);
    }

    LedgerPoint head() {
        return ledger.head();
    }

    /**
     * Signs what the ledger is now. The first time all hashes are read (32 bytes per event), then only those that came since.
     *
     * @throws NoEvidence if the ledger is empty, or not whole
     * @throws io.daybook.database.DatabaseFailure if the database cannot be read
     */
    public Anchor anchor(AnchorKey key) {
        LedgerFrontier.Rooted now = frontier.rooted();
        return sign(now.head(), now.merkleRoot(), key);
    }

    private Anchor sign(LedgerPoint head, byte[] root, AnchorKey key) {
        byte[] hash = Objects.requireNonNull(head.hash());
        return Anchor.sign(daybookId, head.position(), hash, root, recordedAt(head.position()), clock.instant(), key);
    }

    private Instant recordedAt(long position) {
        String sql = database.sql("""
                select recorded_at
                from daybook.ledger
                where position = ?
                """);
        return database.call("Reading position " + position, c -> {
            try (PreparedStatement query = c.prepareStatement(sql)) {
                query.setLong(1, position);
                try (ResultSet row = query.executeQuery()) {
                    if (!row.next()) {
                        throw new NoEvidence(
                                "Position %d of the ledger went away. Nothing was written; run `daybook verify`."
                                        .formatted(position));
                    }
                    return EventRow.instant(row, 1);
                }
            }
        });
    }

    /**
     * How many threads a verification takes by default: one for each core, at most two fewer than the pool has connections. One where nobody
     * knows how many the application's data source can spare.
     */
    public int threads() {
        int spare = database.poolSize().orElse(3) - 2;
        return Math.max(1, Math.min(Runtime.getRuntime().availableProcessors(), spare));
    }

    /**
     * Recomputes the hash chain of the whole history, in bounded memory, and stops at the first position that is not as it was
     * written. Finds changed, removed, inserted and reordered rows of {@code events} and {@code ledger}; not a tail that was cut off, and not
     * a chain that was computed anew: that takes anchors.
     *
     * @param threads how many ranges of the ledger are checked at the same time, from 1 on; each takes a connection
     * @param progress hears how far it is, in this thread
     * @throws IllegalArgumentException if there are fewer than 1, or the pool has not two connections more
     * @throws io.daybook.database.DatabaseFailure if the database cannot be read
     */
    public Verification verify(int threads, Verification.Progress progress) {
        checkThreads(threads);
        return new Verifier(database, ledger).run(threads, progress);
    }

    /**
     * The same, and compares the history with anchors of it.
     *
     * @param anchors any number, in any order; none = nothing is proved
     * @param trust whose anchors are believed
     */
    public AnchoredVerification verify(
            Collection<Anchor> anchors, AnchorTrust trust, int threads, Verification.Progress progress) {
        checkThreads(threads);
        long[] positions =
                anchors.stream().mapToLong(Anchor::position).sorted().distinct().toArray();
        Verifier verifier = new Verifier(database, ledger, positions);
        Verification verification = verifier.run(threads, progress);
        AnchorJudge judge = new AnchorJudge(daybookId, trust, verification, verifier);
        return new AnchoredVerification(
                verification, anchors.stream().map(judge::find).toList());
    }

    private void checkThreads(int threads) {
        int most = database.poolSize().orElse(Integer.MAX_VALUE) - 2;
        if (threads < 1 || threads > most) {
            throw new IllegalArgumentException(
                    "%d threads make no sense. Set them to 1 to %d, or give the daybook a larger pool (two connections are left to others)."
                            .formatted(threads, most));
        }
    }

    /**
     * Writes a proof of what happened to that entity up to that anchor: its events with everything that their hashes are computed from, the
     * values included, and how they lead to the anchor's root. Reads all hashes up to the anchor once, and keeps about 25 of
     * them for each event of the entity in memory.
     *
     * @return what it proves
     * @throws NoEvidence if the entity has no event up to there or more than {@value ProofFormat#MOST_EVENTS}, the proof would have more than
     *     {@value ProofFormat#LARGEST} characters, or the ledger is not what the
     *     anchor says
     * @throws io.daybook.event.InvalidEvent if type or id are not legal
     * @throws java.io.UncheckedIOException if it cannot be written
     */
    public ProvedHistory prove(String entityType, String entityId, Anchor anchor, Writer out) {
        if (!anchor.daybookId().equals(daybookId)) {
            throw new NoEvidence(
                    "The anchor is of daybook %s, and this is daybook %s. Nothing was written; give an anchor of this one."
                            .formatted(anchor.daybookId(), daybookId));
        }
        LedgerPoint found = ledger.point(anchor.position()).orElse(null);
        if (!anchor.point().equals(found)) {
            throw contradicts(anchor);
        }
        return new ProofWriter(database, hashes, EntityRef.of(entityType, entityId), ProofFormat.LARGEST)
                .write(anchor.position(), out, root -> {
                    if (!HexFormat.of().formatHex(root).equals(anchor.merkleRoot())) {
                        throw contradicts(anchor);
                    }
                    return anchor;
                });
    }

    private static NoEvidence contradicts(Anchor anchor) {
        return new NoEvidence(
                "The ledger is not what the anchor of position %d says. Nothing was written; run `daybook verify --anchor` with it."
                        .formatted(anchor.position()));
    }

    /**
     * The same, with a new anchor of what the ledger is now.
     *
     * @throws NoEvidence if the entity has no event with a position or more than {@value ProofFormat#MOST_EVENTS}, the proof would have more than
     *     {@value ProofFormat#LARGEST} characters, or the ledger is not whole
     * @throws io.daybook.event.InvalidEvent if type or id are not legal
     * @throws java.io.UncheckedIOException if it cannot be written
     */
    public ProvedHistory prove(String entityType, String entityId, AnchorKey key, Writer out) {
        EntityRef entity = EntityRef.of(entityType, entityId);
        LedgerPoint head = ledger.head();
        return new ProofWriter(database, hashes, entity, ProofFormat.LARGEST)
                .write(head.position(), out, root -> sign(head, root, key));
    }

    /** Compares anchors with what a verification saw. */
    private record AnchorJudge(UUID daybookId, AnchorTrust trust, Verification verification, Verifier verifier) {

        AnchorFinding find(Anchor anchor) {
            long position = anchor.position();
            if (!anchor.daybookId().equals(daybookId)) {
                return new AnchorFinding(
                        anchor,
                        AnchorFinding.Verdict.FOREIGN,
                        "It is an anchor of daybook %s, and this is daybook %s."
                                .formatted(anchor.daybookId(), daybookId));
            }
            AnchorTrust.Belief belief = trust.in(anchor);
            if (belief == AnchorTrust.Belief.FORGED) {
                return new AnchorFinding(
                        anchor,
                        AnchorFinding.Verdict.FORGED,
                        "It is forged or damaged: its signature is not that of key %s.".formatted(anchor.keyId()));
            }
            if (belief == AnchorTrust.Belief.UNTRUSTED_KEY) {
                return new AnchorFinding(
                        anchor,
                        AnchorFinding.Verdict.UNTRUSTED_KEY,
                        "It names key %s, which is not one of those that are trusted.".formatted(anchor.keyId()));
            }
            return compare(anchor, position, belief == AnchorTrust.Belief.SIGNED);
        }

        private AnchorFinding compare(Anchor anchor, long position, boolean signed) {
            long head = verification.head().position();
            if (position > head) {
                return new AnchorFinding(
                        anchor,
                        AnchorFinding.Verdict.CUT,
                        "The ledger ends at position %d, before the anchor: its tail was cut off, or the database was set back."
                                .formatted(head));
            }
            Optional<Verifier.Seen> seen = verifier.at(position);
            if (seen.isEmpty()) {
                return new AnchorFinding(
                        anchor,
                        AnchorFinding.Verdict.NOT_REACHED,
                        "It cannot be compared: the ledger is not as it was written at position %d."
                                .formatted(verification
                                        .problem()
                                        .map(Verification.Problem::position)
                                        .orElse(verification.verified() + 1)));
            }
            if (!anchor.point().equals(seen.get().point())) {
                return new AnchorFinding(
                        anchor,
                        AnchorFinding.Verdict.REWRITTEN,
                        "The ledger has hash %s there, the anchor says %s: history was rewritten, or the database was set back and went on."
                                .formatted(
                                        seen.get().point().shortHash(),
                                        anchor.point().shortHash()));
            }
            if (!anchor.merkleRoot().equals(seen.get().merkleRoot())
                    || !anchor.recordedAt().equals(seen.get().recordedAt())) {
                return new AnchorFinding(
                        anchor,
                        AnchorFinding.Verdict.CONTRADICTORY,
                        "Its hash is the ledger's, and its Merkle root or recorded_at is not: such a ledger never was.");
            }
            return signed
                    ? new AnchorFinding(
                            anchor, AnchorFinding.Verdict.FITS, "The history up to it is unchanged and not cut.")
                    : new AnchorFinding(
                            anchor,
                            AnchorFinding.Verdict.FITS_UNKNOWN_KEY,
                            "It fits, but it is SIGNED BY AN UNKNOWN KEY: no proof against anybody who can write an anchor.");
        }
    }
}
