package io.daybook.console.git;

import io.daybook.Daybook;
import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.Patience;
import io.daybook.console.shell.Progress;
import io.daybook.console.shell.Stop;
import io.daybook.event.Change;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.event.Topic;
import io.daybook.event.Value;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.jspecify.annotations.Nullable;

/**
 * Appends the first-parent history of HEAD, oldest commit first, one unit of work per commit: entity {@code commit} (id = hash) is
 * created, entities {@code file} (id = path, see {@link FileId}) are created, updated and deleted.
 *
 * <p>Each unit has the key {@code git:<hash>}, so no commit is ever appended twice, whatever is killed. Commits are appended in order,
 * so those that are there form the beginning of the history, and bisection finds where to go on. Not thread-safe.
 */
public final class GitImport {

    private static final String COMMIT = "commit";
    private static final Topic COMMITS = Topic.of(COMMIT).operation(Operation.CREATION);
    private static final Duration POSITION_WITHIN = Duration.ofMinutes(10);
    private static final long RANGE = 100_000;

    private final Daybook daybook;
    private final GitRepository repository;

    public GitImport(Daybook daybook, GitRepository repository) {
        this.daybook = daybook;
        this.repository = repository;
    }

    /**
     * What an import did.
     *
     * @param head the commit that HEAD stood on; null = the repository has none
     * @param commits how many the first-parent history has
     * @param imported how many of them were appended now
     * @param events how many events that made
     * @param renamed how many of them are about files whose id is not their path
     * @param stopped whether it was asked to stop before the end
     */
    public record Result(
            @Nullable ObjectId head, long commits, long imported, long events, long renamed, boolean stopped) {}

    /**
     * Appends what is not there yet, and waits until it has its positions.
     *
     * @throws CommandFailed if what is there is not the beginning of this history
     * @throws IOException if the repository cannot be read
     * @param stop may ask to stop between two commits
     * @throws InterruptedException if the thread was interrupted while it waited for positions
     */
    public Result run(Stop stop) throws IOException, InterruptedException {
        ObjectId head = repository.head();
        if (head == null) {
            return new Result(null, 0, 0, 0, 0, false);
        }
        List<ObjectId> chain;
        try (ObjectReader reader = repository.jgit().newObjectReader()) {
            chain = FirstParents.upTo(head, reader);
        }
        int there = countThere(chain);
        refuseOtherHistory(chain, there);
        return append(chain, there, stop);
    }

    private int countThere(List<ObjectId> chain) {
        int there = 0;
        int missing = chain.size() + 1;
        while (missing - there > 1) {
            int middle = there + (missing - there) / 2;
            if (isThere(chain.get(middle - 1))) {
                there = middle;
            } else {
                missing = middle;
            }
        }
        return there;
    }

    private boolean isThere(ObjectId commit) {
        return daybook.history(COMMIT, commit.name()).iterator().hasNext();
    }

    /** Of the commits that are there, none may be off this history: files would be changed that are not as it left them. */
    private void refuseOtherHistory(List<ObjectId> chain, int there) throws InterruptedException {
        ObjectId head = chain.get(chain.size() - 1);
        LedgerPoint place = there == 0 ? LedgerPoint.BEGINNING : placeOf(chain.get(there - 1));
        Ledger.Page page;
        do {
            page = daybook.ledger().matching(List.of(COMMITS), place, RANGE, 1, "The import");
            for (LedgerEntry entry : page.entries()) {
                throw new CommandFailed(
                        ("This daybook holds commit %s, which is not in the first-parent history of HEAD (%s): the history was rewritten,"
                                        + " or cut (a shallow clone), or is of another repository. Nothing was imported. Check out a commit that"
                                        + " comes after it, or import into a daybook of its own, with --db or --schema.")
                                .formatted(
                                        shortName(entry.event().entityId()),
                                        head.abbreviate(12).name()));
            }
            place = page.lookedUntil();
        } while (!page.atEnd());
    }

    private static String shortName(String hash) {
        return hash.substring(0, Math.min(12, hash.length()));
    }

    /** Where a commit is in the ledger. After a {@code kill -9} it may not have its place yet: the sequencer is about to give it. */
    private LedgerPoint placeOf(ObjectId commit) throws InterruptedException {
        long deadline = System.nanoTime() + POSITION_WITHIN.toNanos();
        while (System.nanoTime() < deadline) {
            long position = daybook.history(COMMIT, commit.name())
                    .iterator()
                    .next()
                    .position()
                    .orElse(0);
            if (position > 0) {
                return daybook.ledger().point(position).orElseThrow();
            }
            Thread.sleep(5);
        }
        throw new CommandFailed("Commit %s has no position yet: the sequencer does not run. daybook status tells more."
                .formatted(commit.name()));
    }

    private Result append(List<ObjectId> chain, int there, Stop stop) throws IOException, InterruptedException {
        long events = 0;
        long renamed = 0;
        Receipt last = null;
        int next = there;
        List<Change> changes = new ArrayList<>();
        try (ObjectReader reader = repository.jgit().newObjectReader();
                FileChanges files = new FileChanges(reader.newReader());
                Progress progress = Progress.of("Importing commits", chain.size())) {
            ObjectId before = there == 0
                    ? null
                    : Commit.read(reader, chain.get(there - 1)).tree();
            while (next < chain.size() && !stop.isAsked()) {
                Commit commit = Commit.read(reader, chain.get(next));
                changes.clear();
                changes.add(creation(commit));
                renamed += files.add(before, commit, changes);
                last = append(commit, changes);
                events += changes.size();
                before = commit.tree();
                next++;
                progress.at(next);
            }
        }
        if (last != null) {
            daybook.await(last, POSITION_WITHIN);
        }
        return new Result(
                chain.get(chain.size() - 1), chain.size(), next - (long) there, events, renamed, next < chain.size());
    }

    private static Change creation(Commit commit) {
        return Change.create(COMMIT, commit.id().name())
                .attributes(
                        Value.of(Map.of("author", commit.author(), "date", commit.date(), "subject", commit.subject())))
                .occurredAt(commit.committed());
    }

    private Receipt append(Commit commit, List<Change> changes) {
        return Patience.with(() -> daybook.as(commit.author())
                .once("git:" + commit.id().name())
                .transact(tx -> changes.forEach(tx::append)));
    }
}
