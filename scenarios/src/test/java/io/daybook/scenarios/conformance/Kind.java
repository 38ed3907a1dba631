package io.daybook.scenarios.conformance;

/** The kinds of differences that are meant, each one rule of the comparison: {@code docs/taipy.md} says why. */
enum Kind {
    CREATION_TELLS_ALL("a CREATION has the initial attributes, and is the first event of its entity"),
    DELETION_OF_EACH("a deletion of many has one DELETION for each, not one without an id"),
    WHOLE_VALUES("`properties` and `subscribers` events have the whole new value; metadata says which property"),
    NOTHING_IS_SILENT("what Taipy changes without an event has one"),
    SUBMITTABLE_IS_TRUE("`is_submittable` follows the inputs at once; Taipy tells what it has noticed"),
    ACT_WITH_ITS_SUBMISSION("the SUBMISSION of what is submitted is told with the submission, not after its jobs"),
    WOKEN_AT_ONCE("every job that becomes ready is woken, at once"),
    PARENTS_ARE_DERIVED("there are no `parent_ids`: who the parents are follows from tasks and scenarios"),
    ALL_OR_NOTHING("a batch in which something is thrown writes nothing"),
    BATCH_IN_ORDER("a batch tells its changes in their order, each once"),
    DONE_AS_A_WHOLE("where Taipy crashes half-way, everything is done"),
    LOCKED_WHILE_AWAITED("a data node is locked as long as a job is going to write it, and no longer");

    private final String rule;

    Kind(String rule) {
        this.rule = rule;
    }

    String rule() {
        return rule;
    }
}
