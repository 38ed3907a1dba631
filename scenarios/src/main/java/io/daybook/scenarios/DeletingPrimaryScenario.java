package io.daybook.scenarios;

/** The primary scenario of a cycle cannot be deleted while the cycle has others (Taipy: DeletingPrimaryScenario). */
public final class DeletingPrimaryScenario extends ScenarioException {

    private static final long serialVersionUID = 1L;

    DeletingPrimaryScenario(String scenario, String cycle) {
        super(
                "Scenario %s is the primary one of cycle %s, which has others. Nothing was deleted; make another one primary first, or delete the cycle."
                        .formatted(scenario, cycle));
    }
}
