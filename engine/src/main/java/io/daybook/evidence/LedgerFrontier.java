package io.daybook.evidence;

import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerPoint;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Merkle tree of the ledger as far as it was read: computed once, then extended by what came since. Thread-safe. */
final class LedgerFrontier {

    private static final Logger LOG = LoggerFactory.getLogger(LedgerFrontier.class);

    private final Ledger ledger;
    private final LedgerHashes hashes;

    private MerkleTree tree = new MerkleTree();
    private byte @Nullable [] last;

    LedgerFrontier(Ledger ledger, LedgerHashes hashes) {
        this.ledger = ledger;
        this.hashes = hashes;
    }

    /**
     * A tree.
     *
     * @param head the last position in it, with its hash
     * @param merkleRoot its root
     */
    @SuppressWarnings("ArrayRecordComponent") // In transit: never compared.
    record Rooted(LedgerPoint head, byte[] merkleRoot) {}

    /**
     * The tree of the ledger as it is now.
     *
     * @throws NoEvidence if the ledger is empty or has holes
     */
    synchronized Rooted rooted() {
        LedgerPoint head = ledger.head();
        if (head.position() == 0) {
            throw new NoEvidence("The ledger is empty: there is nothing to sign yet. Append something first.");
        }
        LedgerPoint known = new LedgerPoint(tree.size(), last);
        if (known.position() > head.position() || !Optional.of(known).equals(ledger.point(known.position()))) {
            LOG.warn(
                    "The ledger does not have position {} any more as it was read here: the database was set back, or history was changed. Run `daybook verify` with your anchors.",
                    known);
            tree = new MerkleTree();
            last = null;
        }
        // Whatever is thrown in between, the tree and the last hash belong together.
        hashes.between(tree.size(), head.position(), hash -> {
            tree.append(hash);
            last = hash;
        });
        if (!head.equals(new LedgerPoint(tree.size(), last))) {
            throw new NoEvidence(
                    "Position %d of the ledger was changed while it was read. Nothing was written; run `daybook verify`."
                            .formatted(head.position()));
        }
        return new Rooted(head, tree.root());
    }
}
