package io.daybook.scenarios;

import io.daybook.testkit.TestDatabase;

class H2ScenariosTest extends ScenariosConformance {

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.h2();
    }
}
