package io.daybook.scenarios;

import io.daybook.testkit.TestDatabase;

class H2KillIT extends KillConformance {

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.h2();
    }

    @Override
    int nodes() {
        return 1;
    }
}
