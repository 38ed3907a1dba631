package io.daybook.scenarios;

/** There is nobody to unsubscribe (Taipy: ValueError). */
public final class NotSubscribed extends ScenarioException {

    private static final long serialVersionUID = 1L;

    NotSubscribed(String entity, String callback) {
        super("%s has no subscriber %s. Nothing was written.".formatted(entity, callback));
    }
}
