package io.daybook.scenarios;

/** The storage of the data node can only be written as a whole (Taipy: NotImplementedError). */
public final class NotAppendable extends ScenarioException {

    private static final long serialVersionUID = 1L;

    NotAppendable(String dataNode, Object format) {
        super(
                "Data node %s is kept as %s, which cannot be appended to. Nothing was written; write it as a whole, or keep it as JSON or CSV."
                        .formatted(dataNode, format));
    }
}
