package io.daybook.faults;

import io.daybook.testkit.TestDatabase;

class PostgresqlRaceIT extends RaceConformance {

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgresql();
    }

    @Override
    int seeds() {
        return 8;
    }
}
