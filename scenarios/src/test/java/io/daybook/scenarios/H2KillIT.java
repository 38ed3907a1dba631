package io.daybook.scenarios;

import io.daybook.testkit.TestDatabase;

class H2KillIT extends KillConformance {

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.h2();
    }

    @Override
    int nodes() {
        return 2;
    }

    @Override
    String url(TestDatabase database) {
        return database.url() + ";AUTO_SERVER=TRUE";
    }

    @Override
    WhenNodeIsGone whenNodeIsGone() {
        return WhenNodeIsGone.RUN_AGAIN;
    }
}
