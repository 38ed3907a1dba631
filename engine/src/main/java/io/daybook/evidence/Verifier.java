package io.daybook.evidence;

import io.daybook.database.Database;
import io.daybook.event.DaybookException;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerHash;
import io.daybook.ledger.LedgerPoint;
import io.daybook.ledger.Verification;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Recomputes the chain from the first position to the head, in bounded memory, and stops at the first position that is not what it was.
 * Ranges of the ledger are checked at the same time, each from the stored hash before it, and put together in order: a range counts
 * only if the one before it ends with that hash. One use only; not thread-safe.
 */
final class Verifier {

    /** A power of two: so a range is a perfect subtree of the Merkle tree. */
    private static final int RANGE = 8_192;

    private final Database database;
    private final Ledger ledger;
    private final long[] checkpoints;

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final MerkleTree tree = new MerkleTree();
    private final Map<Long, Seen> passed = new HashMap<>();

    private long verified;
    private long erased;

    /**
     * What was found at a position.
     *
     * @param point the position and its hash
     * @param recordedAt when it was recorded
     * @param merkleRoot of all hashes up to it, in hex
     */
    record Seen(LedgerPoint point, Instant recordedAt, String merkleRoot) {}

    /** @param checkpoints positions of which more shall be known, ascending */
    Verifier(Database database, Ledger ledger, long... checkpoints) {
        this.database = database;
        this.ledger = ledger;
        this.checkpoints = checkpoints;
    }

    /**
     * Verifies.
     *
     * @param threads how many ranges at the same time; each takes a connection
     * @throws io.daybook.database.DatabaseFailure if the database cannot be read
     */
    Verification run(int threads, Verification.Progress progress) {
        byte[] previousHash = new LedgerHash().beginning(ledger.daybookId());
        LedgerPoint head = ledger.end();
        Optional<Verification.Problem> problem = beforeTheFirst();
        if (problem.isPresent()) {
            return new Verification(0, head, 0, 0, problem);
        }
        ExecutorService executor = Executors.newFixedThreadPool(threads, new Names());
        try {
            Deque<Future<RangeCheck>> underWay = new ArrayDeque<>();
            long next = 0;
            do {
                while (underWay.size() < 2 * threads && next < head.position()) {
                    long until = Math.min(next + RANGE, head.position());
                    RangeCheck check = new RangeCheck(database, next, until, previousHash, checkpoints, stopped);
                    underWay.add(executor.submit(check));
                    next = until;
                }
                if (!underWay.isEmpty()) {
                    RangeCheck range = result(underWay.remove());
                    problem = problemOf(range, previousHash);
                    previousHash = range.lastHash();
                    progress.at(verified, head.position());
                }
            } while (problem.isEmpty() && !underWay.isEmpty());
        } finally {
            // Not interrupted: that would close the file of an H2 database.
            stopped.set(true);
            executor.shutdown();
        }
        long unsequenced = problem.isEmpty() ? ledger.unsequenced() : 0;
        return new Verification(verified, head, unsequenced, erased, problem);
    }

    /** Whoever reads events in the order of positions reads what stands before the first one, too, and the chain does not go through it. */
    private Optional<Verification.Problem> beforeTheFirst() {
        String sql = database.sql("""
                select position, event_id
                from daybook.ledger
                where position < 1
                order by position
                limit 1
                """);
        return database.call("Looking for what stands before position 1", c -> {
            try (PreparedStatement query = c.prepareStatement(sql);
                    ResultSet row = query.executeQuery()) {
                return row.next()
                        ? Optional.of(new Verification.Problem(
                                row.getLong(1),
                                "event %d stands before the ledger, which begins at position 1"
                                        .formatted(row.getLong(2))))
                        : Optional.empty();
            }
        });
    }

    private Optional<Verification.Problem> problemOf(RangeCheck range, byte[] hashBefore) {
        if (verified > 0 && !Arrays.equals(range.hashBefore(), hashBefore)) {
            long position = verified--;
            return Optional.of(new Verification.Problem(
                    position, "position %d was changed while it was verified".formatted(position)));
        }
        range.passed().forEach((position, at) -> {
            MerkleTree whole = tree.copy();
            whole.append(at.tree());
            passed.put(
                    position,
                    new Seen(at.point(), at.recordedAt(), HexFormat.of().formatHex(whole.root())));
        });
        tree.append(range.tree());
        verified = range.verified();
        erased += range.erased();
        return range.problem();
    }

    /** What it found at that position; empty if it is none of the checkpoints, or was not reached. */
    Optional<Seen> at(long position) {
        return Optional.ofNullable(passed.get(position));
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DaybookException("The verification was interrupted, and found nothing until then.", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e);
        }
    }

    private static final class Names implements ThreadFactory {
        private final AtomicInteger number = new AtomicInteger();

        @Override
        public Thread newThread(Runnable work) {
            Thread thread = new Thread(work, "daybook-verify-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        }
    }
}
