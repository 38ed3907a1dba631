package io.daybook.scenarios.conformance;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Whether a value of ours is what the notation of the traces says. */
final class Values {

    private final Symbols symbols;

    Values(Symbols symbols) {
        this.symbols = symbols;
    }

    boolean isSame(JsonNode said, JsonNode told) {
        if (Json.isNothing(said) || Json.isNothing(told)) {
            return Json.isNothing(said) && Json.isNothing(told);
        }
        if (said.isObject()) {
            if (said.has("$ref")) {
                return told.isString()
                        && told.stringValue().equals(symbols.id(said.get("$ref").asString()));
            }
            if (said.has("$enum")) {
                return told.asString("").equals(said.get("$enum").asString().replaceAll(".*\\.", ""));
            }
            if (said.has("$function")) {
                return told.asString("").equals(said.get("$function").asString());
            }
            if (said.has("$set")) {
                return isSameSet(said.get("$set"), told);
            }
            if (said.has("$duration_s")) {
                return told.isNumber() && Json.same(said.get("$duration_s"), told);
            }
            if (said.has("$datetime") || said.has("$datetime_iso")) {
                return isInstant(told);
            }
            return told.isObject()
                    && said.size() == told.size()
                    && said.properties().stream()
                            .allMatch(member -> isSame(member.getValue(), told.path(member.getKey())));
        }
        if (said.isArray()) {
            if (!told.isArray() || said.size() != told.size()) {
                return false;
            }
            for (int i = 0; i < said.size(); i++) {
                if (!isSame(said.get(i), told.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (said.isString() && said.stringValue().equals("<version>")) {
            return told.asString("").equals(Replayer.VERSION);
        }
        return Json.same(said, told);
    }

    boolean isSameSet(JsonNode said, JsonNode told) {
        List<JsonNode> left = new ArrayList<>(told.values());
        for (JsonNode element : said) {
            JsonNode found = left.stream()
                    .filter(other -> isSame(element, other))
                    .findFirst()
                    .orElse(null);
            if (found == null) {
                return false;
            }
            left.remove(found);
        }
        return left.isEmpty();
    }

    private static boolean isInstant(JsonNode told) {
        try {
            return told.isString() && Instant.parse(told.stringValue()) != null;
        } catch (DateTimeParseException e) {
            return false;
        }
    }
}
