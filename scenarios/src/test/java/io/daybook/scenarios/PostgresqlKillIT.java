package io.daybook.scenarios;

import io.daybook.testkit.TestDatabase;

class PostgresqlKillIT extends KillConformance {

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgresql();
    }

    @Override
    int nodes() {
        return 2;
    }

    @Override
    WhenNodeIsGone whenNodeIsGone() {
        return WhenNodeIsGone.FAIL;
    }
}
