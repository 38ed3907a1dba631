package io.daybook.doctor;

import io.daybook.database.Database;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerPoint;
import io.daybook.ledger.Verification;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Examines a daybook: whether anything is lost, stands still, or soon will, what that means, and what to do. What each finding means is
 * in docs/operations.md. Thread-safe.
 */
public final class Doctor {

    private static final Logger LOG = LoggerFactory.getLogger(Doctor.class);

    private final Database database;
    private final Ledger ledger;
    private final Clock clock;

    /** @param clock of this node, to compare with the database's */
    public Doctor(Database database, Ledger ledger, Clock clock) {
        this.database = database;
        this.ledger = ledger;
        this.clock = clock;
    }

    /** Examines everything, with the default limits. */
    public Diagnosis examine() {
        return examine(Limits.DEFAULT, (position, head) -> {});
    }

    /**
     * Examines everything. Changes nothing, and reads the whole ledger, in short statements. Takes at least {@code limits.waiting()}
     * if there are events without position.
     *
     * @param progress hears how far the ledger is read, in this thread
     * @throws io.daybook.database.DatabaseFailure if the database cannot be asked
     */
    public Diagnosis examine(Limits limits, Verification.Progress progress) {
        List<Check> checks = new ArrayList<>(List.of(
                new Migrated(),
                new Durability(),
                new Clocks(),
                new Sequences(),
                new LedgerWhole(false),
                new Waiting(),
                new Cursors(false),
                new Leases(),
                new Registrations(),
                new Transactions()));
        if (database.isPostgresql()) {
            checks.add(new Accelerator());
            checks.add(new Vacuum());
        }
        return examination(limits, progress).run(checks);
    }

    /**
     * Compares the ledger with a place of it that was kept elsewhere ({@code Daybook.headPoint()}): the only way to see that a whole
     * database was set back to an earlier state.
     */
    public Finding compare(LedgerPoint anchor) {
        Optional<LedgerPoint> found = ledger.point(anchor.position());
        if (found.filter(anchor::equals).isPresent()) {
            return new Finding(
                    Severity.OK,
                    "anchor",
                    "The ledger has the anchor, position %d with hash %s."
                            .formatted(anchor.position(), anchor.shortHash()),
                    "",
                    "");
        }
        return new Finding(
                Severity.ERROR,
                "anchor",
                found.isEmpty()
                        ? "The ledger ends at position %d, before the anchor at %d."
                                .formatted(ledger.head().position(), anchor.position())
                        : "Position %d has hash %s, but the anchor says %s."
                                .formatted(anchor.position(), found.get().shortHash(), anchor.shortHash()),
                "The database was set back to an earlier state, or history was changed. Events that were acknowledged are not here, and"
                        + " whoever acts outside this database has seen them.",
                "Restore a newer backup, or let the newest standby take over, while nothing is appended here. If that cannot be: whoever acted on"
                        + " the lost events, or remembers positions outside this database, must go back to the last anchor that fits"
                        + " (docs/operations.md).");
    }

    /**
     * Moves each cursor of that registration that is beyond the end of the ledger back to the end. A cursor that fits the ledger stays.
     * Stop the registration's consumers first, or start them again afterwards.
     *
     * @return what was moved; empty = every cursor fits
     * @throws RecoveryRefused if events could be skipped so: the histories part before the end, or it may have grown since they parted
     */
    public List<Recovery> recover(String registration) {
        return Recoverer.recover(database, registration, OptionalLong.empty());
    }

    /**
     * Moves each cursor of that registration that does not fit the ledger back to that position.
     *
     * @param to the last position that is sure to be the same in both histories; 0 = the beginning
     * @return what was moved
     * @throws RecoveryRefused if that would be forwards, or every cursor fits
     */
    public List<Recovery> recover(String registration, long to) {
        return Recoverer.recover(database, registration, OptionalLong.of(to));
    }

    /**
     * Sets the sequences that would give an id again behind the last one. Waits up to 10 seconds for open appends; needs the rights of
     * the owner.
     *
     * @return what was done, one sentence each; empty = nothing needed to be
     * @throws io.daybook.database.DatabaseFailure if this user may not, or appends stay open
     */
    public List<String> repairSequences() {
        return Sequences.repair(database);
    }

    /**
     * The part that costs nothing, when a daybook is opened to append: logs what it finds.
     *
     * @throws EventIdsBehind if going on would put new events before old ones
     */
    public void checkAtOpen() {
        Sequences.refuseEventIdsBehind(database);
        List<Check> checks = new ArrayList<>(List.of(
                new Durability(),
                new Clocks(),
                new Sequences(),
                new LedgerWhole(true),
                new Cursors(true),
                new Leases()));
        if (database.isPostgresql()) {
            checks.add(new Accelerator());
        }
        Diagnosis diagnosis;
        try {
            diagnosis = examination(Limits.DEFAULT, (position, head) -> {}).run(checks);
        } catch (RuntimeException e) {
            LOG.warn("The check at open could not be done: {}. Run `daybook doctor`.", e.getMessage(), e);
            return;
        }
        for (Finding finding : diagnosis.findings()) {
            switch (finding.severity()) {
                case ERROR -> LOG.error("{} {} {}", finding.what(), finding.meaning(), finding.remedy());
                case WARNING -> LOG.warn("{} {} {}", finding.what(), finding.meaning(), finding.remedy());
                case INFO -> LOG.info("{} {}", finding.what(), finding.meaning());
                case OK -> LOG.debug("{}", finding.what());
            }
        }
    }

    private Examination examination(Limits limits, Verification.Progress progress) {
        return new Examination(database, ledger, clock, limits, progress);
    }
}
