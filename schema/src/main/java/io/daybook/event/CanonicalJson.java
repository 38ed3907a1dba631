package io.daybook.event;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * The one way to write a JSON value, whatever database rendered it: no blanks; keys sorted by UTF-16 code unit and strings
 * escaped as in RFC 8785; no key twice; numbers as plain decimals without exponent, without trailing zeros, {@code 0} for
 * every zero. These bytes enter the ledger's hash (docs/ledger-format.md): changing them breaks every chain.
 */
final class CanonicalJson {

    static final int DEEPEST = 100;
    static final int MOST_DIGITS = 1_000;

    private static final JsonFactory GIVEN = factory(DEEPEST);

    /** An object of values that are legal each may be kept, too, and has one level more. */
    private static final JsonFactory STORED = factory(DEEPEST + 1);

    private static JsonFactory factory(int deepest) {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(deepest)
                        .maxNumberLength(MOST_DIGITS + 100)
                        .maxStringLength(Integer.MAX_VALUE)
                        .maxNameLength(Integer.MAX_VALUE)
                        .build())
                .build();
    }

    private CanonicalJson() {}

    /** @throws InvalidEvent if the text is not one JSON value that both databases keep */
    static String of(String json) {
        return of(json, GIVEN);
    }

    /** The same of what was kept. @throws InvalidEvent if somebody changed it behind Daybook's back */
    static String ofStored(String json) {
        return of(json, STORED);
    }

    /** One object of these members, each of them in its canonical form already. */
    static String object(Map<String, String> members) {
        StringBuilder out = new StringBuilder().append('{');
        String separator = "";
        for (Map.Entry<String, String> member : new TreeMap<>(members).entrySet()) {
            out.append(separator);
            quote(member.getKey(), out);
            out.append(':').append(member.getValue());
            separator = ",";
        }
        return out.append('}').toString();
    }

    private static String of(String json, JsonFactory factory) {
        String plain = PlainJson.canonical(json);
        return plain == null ? theLongWay(json, factory) : plain;
    }

    /** The same of what was kept, always by the tree of it: what {@link PlainJson} is compared with. */
    static String ofStoredTheLongWay(String json) {
        return theLongWay(json, STORED);
    }

    private static String theLongWay(String json, JsonFactory factory) {
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), json)) {
            parser.nextToken();
            Object value = read(parser);
            if (parser.nextToken() != null) {
                throw new InvalidEvent("The text goes on after the JSON value, at %s."
                        .formatted(place(parser.currentTokenLocation())));
            }
            StringBuilder canonical = new StringBuilder(json.length());
            write(value, canonical);
            return canonical.toString();
        } catch (JacksonException e) {
            // What Jackson says of a text quotes it, and so would Jackson's error as the cause; a value may be
            // sensitive.
            throw new InvalidEvent("The text is not JSON: %s."
                    .formatted(
                            e instanceof StreamConstraintsException
                                    ? e.getOriginalMessage()
                                    : "the error is at " + place(e.getLocation())));
        } catch (NumberFormatException | ArithmeticException e) {
            // What BigDecimal says of an exponent beyond its own range.
            throw new InvalidEvent(
                    "The JSON has a number that is too large or too small to be written out; keep it as text.", e);
        }
    }

    private static String place(@Nullable TokenStreamLocation location) {
        return location == null
                ? "an unknown place"
                : "line %d, column %d".formatted(location.getLineNr(), location.getColumnNr());
    }

    private static @Nullable Object read(JsonParser parser) {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new InvalidEvent("An empty text is not JSON; for no value at all leave the value out.");
        }
        return switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> members = new TreeMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    Names.checkCharacters("JSON key", name);
                    parser.nextToken();
                    Object value = read(parser);
                    if (members.containsKey(name)) {
                        throw new InvalidEvent(
                                "The JSON key \"%s\" stands twice in one object.".formatted(Names.shown(name)));
                    }
                    members.put(name, value);
                }
                yield members;
            }
            case START_ARRAY -> {
                List<@Nullable Object> elements = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(read(parser));
                }
                yield elements;
            }
            case VALUE_STRING -> {
                String text = parser.getString();
                Names.checkValue(text);
                yield text;
            }
            case VALUE_NUMBER_INT -> plain(new BigDecimal(parser.getBigIntegerValue()), parser);
            case VALUE_NUMBER_FLOAT -> plain(parser.getDecimalValue(), parser);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new InvalidEvent("Found %s where a JSON value should be.".formatted(token));
        };
    }

    private static BigDecimal plain(BigDecimal number, JsonParser parser) {
        BigDecimal stripped = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
        // Digits of the plain form: a number such as 1e1000000 is short to write and huge to keep.
        long digits = Math.max((long) stripped.precision() - stripped.scale(), stripped.precision())
                + Math.max(0L, (long) stripped.scale() - stripped.precision());
        if (digits > MOST_DIGITS) {
            throw new InvalidEvent(
                    "A number of the JSON, at %s, has %d digits when written out, at most %d are allowed; keep it as text."
                            .formatted(place(parser.currentTokenLocation()), digits, MOST_DIGITS));
        }
        return stripped;
    }

    private static void write(@Nullable Object value, StringBuilder out) {
        if (value == null) {
            out.append("null");
        } else if (value instanceof String text) {
            quote(text, out);
        } else if (value instanceof BigDecimal number) {
            out.append(number.toPlainString());
        } else if (value instanceof Map<?, ?> members) {
            out.append('{');
            String separator = "";
            for (Map.Entry<?, ?> member : members.entrySet()) {
                out.append(separator);
                quote((String) member.getKey(), out);
                out.append(':');
                write(member.getValue(), out);
                separator = ",";
            }
            out.append('}');
        } else if (value instanceof List<?> elements) {
            out.append('[');
            String separator = "";
            for (Object element : elements) {
                out.append(separator);
                write(element, out);
                separator = ",";
            }
            out.append(']');
        } else {
            out.append(value);
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case '\f' -> out.append("\\f");
                case '\r' -> out.append("\\r");
                default -> {
                    if (c < 0x20) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
