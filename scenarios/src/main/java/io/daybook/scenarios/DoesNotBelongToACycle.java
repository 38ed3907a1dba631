package io.daybook.scenarios;

/** Only a scenario of a cycle can be its primary one (Taipy: DoesNotBelongToACycle). */
public final class DoesNotBelongToACycle extends ScenarioException {

    private static final long serialVersionUID = 1L;

    DoesNotBelongToACycle(String scenario) {
        super("Scenario %s belongs to no cycle, so it cannot be the primary one of it. Nothing was written."
                .formatted(scenario));
    }
}
