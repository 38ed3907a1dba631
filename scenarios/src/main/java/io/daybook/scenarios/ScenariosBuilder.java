package io.daybook.scenarios;

import io.daybook.Daybook;
import io.daybook.scenarios.config.Configuration;
import java.time.Clock;
import java.time.ZoneId;
import java.util.UUID;
import java.util.function.Supplier;

/** How scenarios are opened. Not thread-safe. */
public final class ScenariosBuilder {

    private final Daybook daybook;
    private final Configuration configuration;
    private String version = "development";
    private JobMode mode = JobMode.development();
    private WhenNodeIsGone whenNodeIsGone = WhenNodeIsGone.FAIL;
    private Clock clock = Clock.systemUTC();
    private ZoneId zone = ZoneId.systemDefault();
    private Supplier<String> uniqueIds = () -> UUID.randomUUID().toString();

    ScenariosBuilder(Daybook daybook, Configuration configuration) {
        this.daybook = daybook;
        this.configuration = configuration;
    }

    /** Of the application, told in the metadata of events; {@code development} if nothing is said. */
    public ScenariosBuilder version(String newVersion) {
        this.version = newVersion;
        return this;
    }

    /** Who runs jobs, once the orchestrator is started. */
    public ScenariosBuilder jobMode(JobMode newMode) {
        this.mode = newMode;
        return this;
    }

    /** What becomes of jobs whose node is gone. */
    public ScenariosBuilder whenNodeIsGone(WhenNodeIsGone what) {
        this.whenNodeIsGone = what;
        return this;
    }

    /** In which days, months and years of cycles begin; that of the machine if nothing is said: say it where nodes may differ. */
    public ScenariosBuilder zone(ZoneId newZone) {
        this.zone = newZone;
        return this;
    }

    /** For tests. */
    public ScenariosBuilder clock(Clock newClock) {
        this.clock = newClock;
        return this;
    }

    /** Makes the unique part of ids; for tests. */
    public ScenariosBuilder uniqueIds(Supplier<String> newIds) {
        this.uniqueIds = newIds;
        return this;
    }

    /**
     * Reads what there is and follows it from then on. The daybook stays the caller's.
     *
     * @throws io.daybook.database.DatabaseFailure if the database cannot be read
     */
    public Scenarios open() {
        Core core = new Core(daybook, configuration, version, clock, zone, uniqueIds);
        return new Scenarios(core, mode, whenNodeIsGone);
    }
}
