package io.daybook.faults;

import io.daybook.testkit.TestDatabase;

class H2RaceTest extends RaceConformance {

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.h2();
    }

    @Override
    int seeds() {
        return 2;
    }
}
