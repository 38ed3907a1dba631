package io.daybook.scenarios;

import java.util.List;

/** The configuration of the scenario does not list that tag (Taipy: UnauthorizedTagError). */
public final class UnauthorizedTag extends ScenarioException {

    private static final long serialVersionUID = 1L;

    UnauthorizedTag(String tag, String scenario, List<String> authorized) {
        super("Tag %s is not one of those that scenario %s may have: %s. Nothing was written."
                .formatted(tag, scenario, authorized));
    }
}
