package io.daybook.scenarios.config;

/** Who shares a data node, from narrow to wide. */
public enum Scope {
    /** Each scenario has its own. */
    SCENARIO,
    /** All scenarios of a cycle share one; for a scenario without a cycle it is {@link #SCENARIO}'s. */
    CYCLE,
    /** There is one. */
    GLOBAL
}
