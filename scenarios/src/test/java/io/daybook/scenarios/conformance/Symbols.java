package io.daybook.scenarios.conformance;

import io.daybook.scenarios.conformance.Fold.Thing;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which of our entities is meant by a symbol of a trace. What was bound last can be undone. */
final class Symbols {

    private static final Pattern NUMBERED = Pattern.compile("(\\w+)(?::(\\w+))?#\\d+");
    private static final Pattern SEQUENCE = Pattern.compile("sequence:(.+)@(scenario:.+)");

    private final Map<String, String> ids = new LinkedHashMap<>();
    private final Map<String, String> symbols = new LinkedHashMap<>();
    private final Deque<Binding> bound = new ArrayDeque<>();

    /** @param before what the id was bound to: ours can begin again where the trace has another symbol; null = nothing */
    private record Binding(String symbol, String id, String before) {}

    int mark() {
        return bound.size();
    }

    void undo(int mark) {
        while (bound.size() > mark) {
            Binding last = bound.pop();
            ids.remove(last.symbol());
            symbols.remove(last.id());
            if (last.before() != null) {
                ids.put(last.before(), last.id());
                symbols.put(last.id(), last.before());
            }
        }
    }

    /** Null if it is not bound. */
    String id(String symbol) {
        return ids.get(symbol);
    }

    /** Null if nothing is bound to it. */
    String symbol(String id) {
        return symbols.get(id);
    }

    void bind(String symbol, String id) {
        if (id.equals(ids.get(symbol))) {
            return;
        }
        String before = symbols.put(id, symbol);
        if (before != null) {
            ids.remove(before);
        }
        ids.put(symbol, id);
        bound.push(new Binding(symbol, id, before));
    }

    /** Whether the symbol, which is bound to nothing, can mean that entity. */
    boolean fits(String symbol, Thing thing, Fold fold) {
        if (ids.containsKey(symbol) && !thing.id().equals(ids.get(symbol))) {
            return false;
        }
        Matcher sequence = SEQUENCE.matcher(symbol);
        if (sequence.matches()) {
            if (!thing.type().equals("sequence") || !thing.text("name").equals(sequence.group(1))) {
                return false;
            }
            String owner = thing.text("owner_id");
            if (!ids.containsKey(sequence.group(2)) && !symbols.containsKey(owner)) {
                // The scenario itself comes after its sequences.
                bind(sequence.group(2), owner);
            }
            return owner.equals(ids.get(sequence.group(2)));
        }
        Matcher numbered = NUMBERED.matcher(symbol);
        if (!numbered.matches() || !thing.type().replace("_", "").equals(numbered.group(1))) {
            return false;
        }
        String config = numbered.group(2) == null ? "" : numbered.group(2);
        return switch (thing.type()) {
            case "submission" -> true;
            case "cycle" -> thing.text("frequency").equals(config);
            case "job" -> fold.get(thing.text("task"), "config_id").asString("").equals(config);
            default -> thing.text("config_id").equals(config);
        };
    }
}
