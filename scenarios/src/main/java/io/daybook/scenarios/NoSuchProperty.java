package io.daybook.scenarios;

/** There is no property to delete (Taipy: KeyError). */
public final class NoSuchProperty extends ScenarioException {

    private static final long serialVersionUID = 1L;

    NoSuchProperty(String entity, String property) {
        super("%s has no property %s. Nothing was written.".formatted(entity, property));
    }
}
