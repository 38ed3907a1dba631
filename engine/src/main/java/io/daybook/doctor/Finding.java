package io.daybook.doctor;

/**
 * What a check found.
 *
 * @param severity how much it matters
 * @param check one word: which check it was; docs/operations.md has them all
 * @param what the facts, as a sentence
 * @param meaning what follows from them; empty where all is well
 * @param remedy the exact thing to do; empty where nothing needs to be done
 */
public record Finding(Severity severity, String check, String what, String meaning, String remedy) {

    /** Whether somebody should act. */
    public boolean isProblem() {
        return severity.compareTo(Severity.WARNING) >= 0;
    }
}
