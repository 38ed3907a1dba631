package io.daybook.evidence;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads a file that may come from an enemy: one JSON object whose members have a fixed order, so that it is read once, in bounded memory,
 * and nothing in it has two meanings. What it throws is {@link InvalidEvidence}.
 */
final class StrictJson implements AutoCloseable {

    private static final int DEEPEST = 8;

    private final String what;
    private final JsonParser parser;

    /**
     * @param what names the file in an error: "The anchor"
     * @param longestText most characters of one text
     * @param largest most characters of the whole
     */
    StrictJson(String what, Reader in, int longestText, long largest) {
        this.what = what;
        this.parser = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEEPEST)
                        .maxNameLength(100)
                        .maxNumberLength(20)
                        .maxStringLength(longestText)
                        .maxDocumentLength(largest)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build()
                .createParser(ObjectReadContext.empty(), in);
    }

    /** UTF-8 and nothing else. */
    static Reader utf8(InputStream in) {
        return new InputStreamReader(
                in,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
    }

    InvalidEvidence invalid(String why) {
        return new InvalidEvidence("%s is not valid: %s.".formatted(what, why));
    }

    private @Nullable JsonToken next() {
        try {
            return parser.nextToken();
        } catch (JacksonException e) {
            if (e.getCause() instanceof IOException io) {
                throw new InvalidEvidence("%s cannot be read: %s.".formatted(what, io.getMessage()), e);
            }
            throw new InvalidEvidence("%s is not valid: %s.".formatted(what, e.getOriginalMessage()), e);
        }
    }

    private void expect(JsonToken token, String name) {
        JsonToken found = next();
        if (found != token) {
            throw invalid("%s should stand where %s stands".formatted(name, found == null ? "the end" : found));
        }
    }

    void beginObject() {
        expect(JsonToken.START_OBJECT, "an object");
    }

    void beginObject(String name) {
        name(name);
        beginObject();
    }

    void beginArray(String name) {
        name(name);
        expect(JsonToken.START_ARRAY, "the list " + name);
    }

    /** Whether another object begins in the list; it ends with {@link #endObject}. */
    boolean nextObject() {
        JsonToken found = next();
        if (found != JsonToken.START_OBJECT && found != JsonToken.END_ARRAY) {
            throw invalid("an object should stand where %s stands".formatted(found));
        }
        return found == JsonToken.START_OBJECT;
    }

    /** The next text in the list; null = the list ends. */
    @Nullable
    String nextText() {
        JsonToken found = next();
        if (found == JsonToken.END_ARRAY) {
            return null;
        }
        if (found != JsonToken.VALUE_STRING) {
            throw invalid("a text should stand where %s stands".formatted(found));
        }
        return string();
    }

    void endObject() {
        JsonToken found = next();
        if (found != JsonToken.END_OBJECT) {
            throw invalid(
                    found == JsonToken.PROPERTY_NAME
                            ? "it has a member \"%s\" that nobody knows".formatted(parser.currentName())
                            : "an object should end where %s stands".formatted(found));
        }
    }

    /** Nothing but blanks may follow. */
    void end() {
        if (next() != null) {
            throw invalid("something follows after its end");
        }
    }

    private void name(String name) {
        JsonToken found = next();
        if (found != JsonToken.PROPERTY_NAME) {
            throw invalid("member \"%s\" is missing".formatted(name));
        }
        if (!parser.currentName().equals(name)) {
            throw invalid("member \"%s\" is missing, in its place is \"%s\"".formatted(name, parser.currentName()));
        }
    }

    String text(String name) {
        String text = textOrNull(name);
        if (text == null) {
            throw invalid("\"%s\" is null".formatted(name));
        }
        return text;
    }

    @Nullable
    String textOrNull(String name) {
        name(name);
        JsonToken found = next();
        if (found == JsonToken.VALUE_NULL) {
            return null;
        }
        if (found != JsonToken.VALUE_STRING) {
            throw invalid("\"%s\" is no text".formatted(name));
        }
        return string();
    }

    private String string() {
        try {
            return parser.getString();
        } catch (JacksonException e) {
            throw new InvalidEvidence("%s is not valid: %s.".formatted(what, e.getOriginalMessage()), e);
        }
    }

    long number(String name) {
        Long number = numberOrNull(name);
        if (number == null) {
            throw invalid("\"%s\" is null".formatted(name));
        }
        return number;
    }

    @Nullable
    Long numberOrNull(String name) {
        name(name);
        JsonToken found = next();
        if (found == JsonToken.VALUE_NULL) {
            return null;
        }
        try {
            if (found == JsonToken.VALUE_NUMBER_INT) {
                return parser.getLongValue();
            }
        } catch (JacksonException e) {
            throw new InvalidEvidence("%s is not valid: %s.".formatted(what, e.getOriginalMessage()), e);
        }
        throw invalid("\"%s\" is no whole number".formatted(name));
    }

    @Override
    public void close() {
        parser.close();
    }
}
