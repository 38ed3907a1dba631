package io.daybook.faults;

import io.daybook.testkit.TestDatabase;

class H2RoundTest extends RoundConformance {

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.h2();
    }
}
