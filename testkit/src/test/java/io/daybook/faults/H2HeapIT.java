package io.daybook.faults;

import io.daybook.testkit.TestDatabase;

class H2HeapIT extends HeapConformance {

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.h2();
    }
}
