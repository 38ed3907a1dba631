package io.daybook.scenarios;

/** A task names a data node that was deleted (Taipy: NonExistingDataNode). */
public final class NonExistingDataNode extends ScenarioException {

    private static final long serialVersionUID = 1L;

    NonExistingDataNode(String task, String dataNode) {
        super(
                "Task %s needs data node %s, which was deleted. Nothing was written; delete the task's scenario, or create it anew."
                        .formatted(task, dataNode));
    }
}
