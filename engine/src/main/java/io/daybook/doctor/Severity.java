package io.daybook.doctor;

/** How much a {@link Finding} matters, from not at all to most. */
public enum Severity {
    /** As it should be. */
    OK,
    /** Worth knowing; nothing needs to be done. */
    INFO,
    /** Nothing is lost and nothing stands still, but it should be looked at. */
    WARNING,
    /** Something stands still, or may be lost, until somebody acts. */
    ERROR
}
