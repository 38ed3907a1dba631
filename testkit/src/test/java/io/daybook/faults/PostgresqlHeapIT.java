package io.daybook.faults;

import io.daybook.testkit.TestDatabase;

class PostgresqlHeapIT extends HeapConformance {

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgresql();
    }
}
