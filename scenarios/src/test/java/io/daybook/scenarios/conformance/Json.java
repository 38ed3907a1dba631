package io.daybook.scenarios.conformance;

import io.daybook.event.Value;
import java.math.BigDecimal;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** JSON as the traces and the events have it. */
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    static JsonNode parse(String text) {
        return MAPPER.readTree(text);
    }

    static JsonNode of(Value value) {
        return parse(value.json());
    }

    static JsonNode of(Object value) {
        return MAPPER.valueToTree(value);
    }

    static Object plain(JsonNode node) {
        return MAPPER.treeToValue(node, Object.class);
    }

    static JsonNode missing() {
        return MissingNode.getInstance();
    }

    static boolean isNothing(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    /** A text member; null if it is not there, or no text. */
    static String text(JsonNode object, String member) {
        JsonNode node = object.path(member);
        return node.isString() ? node.stringValue() : null;
    }

    static boolean isTrue(JsonNode node) {
        return node.isBoolean() && node.booleanValue();
    }

    /** The same value, where 1 and 1.0 are. */
    static boolean same(JsonNode one, JsonNode other) {
        if (isNothing(one) || isNothing(other)) {
            return isNothing(one) && isNothing(other);
        }
        if (one.isNumber() && other.isNumber()) {
            return decimal(one).compareTo(decimal(other)) == 0;
        }
        if (one.isArray() && other.isArray() && one.size() == other.size()) {
            for (int i = 0; i < one.size(); i++) {
                if (!same(one.get(i), other.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (one.isObject() && other.isObject() && one.size() == other.size()) {
            return one.properties().stream()
                    .allMatch(member ->
                            other.has(member.getKey()) && same(member.getValue(), other.get(member.getKey())));
        }
        return one.equals(other);
    }

    static BigDecimal decimal(JsonNode number) {
        return new BigDecimal(number.asString());
    }
}
