package io.daybook.event;

import java.util.function.Supplier;

/** The rules for everything that is a name: how long, and which characters. */
final class Names {

    static final int LONGEST = 200;

    private Names() {}

    static String entityType(String name) {
        checkLength("entity type", name, LONGEST);
        if (!isEntityType(name)) {
            throw new InvalidEvent("An entity type is a lower-case word such as order or data_node, found \"%s\"."
                    .formatted(shown(name)));
        }
        return name;
    }

    static String operation(String name) {
        checkLength("operation", name, LONGEST);
        if (!isOperation(name)) {
            throw new InvalidEvent(
                    "An operation is an upper-case word such as APPROVAL, found \"%s\".".formatted(shown(name)));
        }
        return name;
    }

    /**
     * {@code [a-z][a-z0-9_]*([.-][a-z0-9_]+)*}, by hand: it is asked of every event that is read, and as regular expressions the two took a tenth
     * of the time of a replay.
     */
    private static boolean isEntityType(String name) {
        boolean inWord = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if ((c >= 'a' && c <= 'z') || (i > 0 && isDigitOrUnderscore(c))) {
                inWord = true;
            } else if (inWord && (c == '.' || c == '-')) {
                inWord = false;
            } else {
                return false;
            }
        }
        return inWord;
    }

    /** {@code [A-Z][A-Z0-9_]*}. */
    private static boolean isOperation(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!((c >= 'A' && c <= 'Z') || (i > 0 && isDigitOrUnderscore(c)))) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private static boolean isDigitOrUnderscore(char c) {
        return (c >= '0' && c <= '9') || c == '_';
    }

    static String entityId(String id) {
        if (id.isEmpty()) {
            throw new InvalidEvent("An entity needs an id, found an empty one.");
        }
        return text("entity id", id, LONGEST);
    }

    /** Text that the databases keep as it is: not too long, no NUL, no half of a surrogate pair. */
    static String text(String what, String text, int longest) {
        checkLength(what, text, longest);
        checkCharacters(what, text);
        return text;
    }

    static void checkCharacters(String what, String text) {
        checkCharacters(text, () -> "The %s \"%s\"".formatted(what, shown(text)));
    }

    /** Of a text that is a value: what is wrong is told without showing it. */
    static void checkValue(String text) {
        checkCharacters(text, () -> "A text of the JSON");
    }

    private static void checkCharacters(String text, Supplier<String> named) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw new InvalidEvent("%s has a NUL character at %d, which PostgreSQL cannot keep; remove it."
                        .formatted(named.get(), i));
            }
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    throw new InvalidEvent(
                            "%s has half of a surrogate pair (U+%04X) at %d, which is no character; it was cut in two somewhere."
                                    .formatted(named.get(), (int) c, i));
                }
                i++;
            }
        }
    }

    private static void checkLength(String what, String text, int longest) {
        // Counted in characters (code points), as PostgreSQL's char_length does.
        if (text.length() > longest && text.codePointCount(0, text.length()) > longest) {
            throw new InvalidEvent("The %s \"%s\" has %d characters, at most %d are allowed."
                    .formatted(what, shown(text), text.codePointCount(0, text.length()), longest));
        }
    }

    /** What an error message may show of it: the beginning, and nothing that spoils a log. */
    static String shown(String text) {
        String beginning = text.length() <= 60 ? text : text.substring(0, 60) + "...";
        return beginning.replaceAll("[\\p{Cntrl}\\p{Cs}]", "\uFFFD");
    }
}
