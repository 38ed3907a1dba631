package io.daybook.doctor;

import java.util.Comparator;
import java.util.List;

/**
 * Everything that an examination found, in the order of the checks; a check that found nothing wrong says so with a finding of {@link
 * Severity#OK}.
 *
 * @param findings not empty
 */
public record Diagnosis(List<Finding> findings) {

    public Diagnosis {
        findings = List.copyOf(findings);
    }

    /** The worst that was found. */
    public Severity worst() {
        return findings.stream()
                .map(Finding::severity)
                .max(Comparator.naturalOrder())
                .orElse(Severity.OK);
    }

    /** Whether there is neither a warning nor an error. */
    public boolean isHealthy() {
        return problems().isEmpty();
    }

    /** Warnings and errors, in the order of the checks. */
    public List<Finding> problems() {
        return findings.stream().filter(Finding::isProblem).toList();
    }
}
