package io.daybook.faults;

import io.daybook.testkit.TestDatabase;

class H2KillIT extends KillConformance {

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.h2();
    }
}
