package io.daybook.scenarios;

import io.daybook.testkit.TestDatabase;

class PostgresqlScenariosIT extends ScenariosConformance {

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgresql();
    }
}
