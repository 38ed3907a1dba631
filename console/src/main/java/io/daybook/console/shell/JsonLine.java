package io.daybook.console.shell;

import io.daybook.event.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import tools.jackson.core.io.JsonStringEncoder;

/** One JSON object on one line, members in the order they are put. */
public final class JsonLine {

    private final StringBuilder line = new StringBuilder(256).append('{');

    public JsonLine put(String name, String text) {
        name(name).append('"');
        JsonStringEncoder.getInstance().quoteAsString(text, line);
        line.append('"');
        return this;
    }

    public JsonLine put(String name, long number) {
        name(name).append(number);
        return this;
    }

    public JsonLine put(String name, boolean flag) {
        name(name).append(flag);
        return this;
    }

    public JsonLine put(String name, Value value) {
        name(name).append(value.json());
        return this;
    }

    public JsonLine put(String name, Map<String, Value> members) {
        JsonLine object = new JsonLine();
        new TreeMap<>(members).forEach(object::put);
        name(name).append(object);
        return this;
    }

    public JsonLine put(String name, JsonLine object) {
        name(name).append(object);
        return this;
    }

    /** An array of texts. Left out if empty. */
    public JsonLine put(String name, List<String> texts) {
        return texts.isEmpty() ? this : put(name, Value.of(texts));
    }

    /** Left out if empty. */
    public JsonLine put(String name, Optional<String> text) {
        text.ifPresent(t -> put(name, t));
        return this;
    }

    /** Left out if empty. */
    public JsonLine put(String name, OptionalLong number) {
        number.ifPresent(n -> put(name, n));
        return this;
    }

    private StringBuilder name(String name) {
        if (line.length() > 1) {
            line.append(',');
        }
        line.append('"');
        JsonStringEncoder.getInstance().quoteAsString(name, line);
        return line.append("\":");
    }

    @Override
    public String toString() {
        return line + "}";
    }
}
