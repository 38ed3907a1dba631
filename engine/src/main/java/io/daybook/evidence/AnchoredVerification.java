package io.daybook.evidence;

import io.daybook.ledger.Verification;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a verification against anchors found.
 *
 * @param verification of the chain, as without anchors
 * @param findings one for each anchor, ordered by position
 */
public record AnchoredVerification(Verification verification, List<AnchorFinding> findings) {

    public AnchoredVerification {
        findings = findings.stream()
                .sorted(Comparator.comparingLong(finding -> finding.anchor().position()))
                .toList();
    }

    /**
     * Whether the chain is as it was written and every anchor fits, one at least. Where anchors of unknown keys were accepted they count,
     * so this alone is no proof: {@link #provedUntil()} is.
     */
    public boolean isClean() {
        return verification.isClean()
                && !findings.isEmpty()
                && findings.stream().allMatch(AnchorFinding::fits);
    }

    /**
     * The last position up to which an anchor proves that the history is unchanged and not cut; 0 if none does. An anchor whose
     * signature nobody could check proves nothing.
     */
    public long provedUntil() {
        return lastBeforeContradicted(finding -> finding.verdict() == AnchorFinding.Verdict.FITS);
    }

    /**
     * The last position up to which the history is what an anchor says, whoever signed it; 0 if there is none. What is after {@link
     * #provedUntil()} is not proved.
     */
    public long consistentUntil() {
        return lastBeforeContradicted(AnchorFinding::fits);
    }

    private long lastBeforeContradicted(Predicate<AnchorFinding> fitting) {
        long contradicted =
                oldestContradicted().map(finding -> finding.anchor().position()).orElse(Long.MAX_VALUE);
        return findings.stream()
                .filter(fitting)
                .mapToLong(finding -> finding.anchor().position())
                .filter(position -> position < contradicted)
                .max()
                .orElse(0);
    }

    /** The oldest anchor that the ledger contradicts: whatever was done was done between {@link #consistentUntil()} and there. */
    public Optional<AnchorFinding> oldestContradicted() {
        return findings.stream().filter(AnchorFinding::contradicts).findFirst();
    }
}
