package io.daybook.scenarios;

import io.daybook.event.EntityType;
import io.daybook.scenarios.config.Frequency;
import java.time.Instant;
import java.util.List;

/** A day, week, month, quarter or year of scenarios. */
public final class Cycle extends Entity<Cycle> {

    Cycle(Scenarios home, String id) {
        super(home, EntityType.CYCLE, id);
    }

    @Override
    Cycle self() {
        return this;
    }

    /** What it is called. */
    public String name() {
        return stored().text("name");
    }

    public void setName(String name) {
        set("name", name);
    }

    /** How long it is. */
    public Frequency frequency() {
        return Frequency.valueOf(stored().text("frequency"));
    }

    public void setFrequency(Frequency frequency) {
        set("frequency", frequency);
    }

    /** When the first scenario of it was created. */
    public Instant creationDate() {
        return Instant.parse(stored().text("creation_date"));
    }

    public void setCreationDate(Instant date) {
        set("creation_date", date.toString());
    }

    /** Its first moment. */
    public Instant startDate() {
        return Instant.parse(stored().text("start_date"));
    }

    public void setStartDate(Instant date) {
        set("start_date", date.toString());
    }

    /** Its last microsecond. */
    public Instant endDate() {
        return Instant.parse(stored().text("end_date"));
    }

    public void setEndDate(Instant date) {
        set("end_date", date.toString());
    }

    /** Those that belong to it, oldest first. */
    public List<Scenario> scenarios() {
        return home.core().view().related(Relation.SCENARIOS_OF_CYCLE, id()).stream()
                .map(scenario -> new Scenario(home, scenario.id()))
                .toList();
    }
}
