package io.daybook.tck;

import io.daybook.testkit.TestDatabase;

/** Where a suite runs: it must say the same of every store. */
interface Store {

    TestDatabase newDatabase();

    /** The embedded default. */
    interface OnH2 extends Store {
        @Override
        default TestDatabase newDatabase() {
            return TestDatabase.h2();
        }
    }

    /** Production. */
    interface OnPostgresql extends Store {
        @Override
        default TestDatabase newDatabase() {
            return TestDatabase.postgresql();
        }
    }
}
