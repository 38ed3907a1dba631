package io.daybook.faults;

import io.daybook.testkit.TestDatabase;

class PostgresqlKillIT extends KillConformance {

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgresql();
    }
}
