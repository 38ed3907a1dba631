package io.daybook.scenarios;

/** Only a data node of scope GLOBAL can be without a scenario (Taipy: DataNodeConfigIsNotGlobal). */
public final class DataNodeConfigIsNotGlobal extends ScenarioException {

    private static final long serialVersionUID = 1L;

    DataNodeConfigIsNotGlobal(String config, Object scope) {
        super(
                "Data node %s has scope %s; only one of scope GLOBAL is created by itself. Nothing was written; create a scenario with it."
                        .formatted(config, scope));
    }
}
