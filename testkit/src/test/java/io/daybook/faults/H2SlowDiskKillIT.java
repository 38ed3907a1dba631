package io.daybook.faults;

import io.daybook.testkit.TestDatabase;

/** The same on a disk so slow that a kill often finds a commit that others see and that is not written yet. */
class H2SlowDiskKillIT extends KillConformance {

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.h2();
    }

    @Override
    String urlOfTheKilled(TestDatabase database) {
        return database.url().replace("jdbc:h2:file:", "jdbc:h2:slow:");
    }

    @Override
    int commitsBeforeAKill() {
        return 20;
    }
}
