package io.daybook.event;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The short way to the canonical form, for JSON as it mostly is: one pass over the text, no tree, no numbers made. It knows only what stands in the
 * canonical form as it stands in the text, except for blanks and the order of keys; of everything else (an escape, an exponent, a
 * key twice, an error) it says that it does not know, and {@link CanonicalJson} goes the long way. What both know they must write alike.
 *
 * <p>Not thread-safe: one for each text.
 */
final class PlainJson {

    /** Far fewer than are allowed: it is only about what is common. */
    private static final int DEEPEST = 32;

    private static final int MOST_DIGITS = 300;

    private final String json;
    private final StringBuilder out;
    private int at;

    private PlainJson(String json) {
        this.json = json;
        this.out = new StringBuilder(json.length());
    }

    /** The canonical form; null if that takes the long way, or is none. */
    static @Nullable String canonical(String json) {
        int end = json.length();
        if (end > 0 && json.charAt(0) == '"') {
            // Most values are texts, and those are what they are.
            return afterText(json, 0) == end ? json : null;
        }
        PlainJson plain = new PlainJson(json);
        plain.blanks();
        if (!plain.value(0)) {
            return null;
        }
        plain.blanks();
        return plain.at == end ? plain.out.toString() : null;
    }

    /** Whether it knows the value that begins here; then it is written, and passed. */
    private boolean value(int depth) {
        if (at == json.length() || depth > DEEPEST) {
            return false;
        }
        return switch (json.charAt(at)) {
            case '"' -> text();
            case '{' -> object(depth);
            case '[' -> array(depth);
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        };
    }

    private boolean object(int depth) {
        at++;
        out.append('{');
        blanks();
        if (passed('}')) {
            out.append('}');
            return true;
        }
        int begin = out.length();
        List<Member> members = new ArrayList<>();
        boolean sorted = true;
        do {
            blanks();
            int from = out.length();
            int key = at;
            if (at == json.length() || json.charAt(at) != '"' || !text()) {
                return false;
            }
            String name = json.substring(key + 1, at - 1);
            blanks();
            if (!passed(':')) {
                return false;
            }
            out.append(':');
            blanks();
            if (!value(depth + 1)) {
                return false;
            }
            blanks();
            out.append(',');
            sorted = sorted
                    && (members.isEmpty()
                            || members.get(members.size() - 1).name.compareTo(name) < 0);
            members.add(new Member(name, from - begin, out.length() - begin));
        } while (passed(','));
        if (!passed('}') || (!sorted && !sort(members, begin))) {
            return false;
        }
        out.setCharAt(out.length() - 1, '}');
        return true;
    }

    /** Where {@code "name":value,} stands, counted from where the first one begins. */
    private record Member(String name, int from, int to) {}

    /** Writes the members again in the order of their names, from there on. @return whether no name is there twice */
    private boolean sort(List<Member> members, int begin) {
        String written = out.substring(begin);
        out.setLength(begin);
        members.sort(Comparator.comparing(Member::name));
        String last = null;
        for (Member member : members) {
            if (member.name.equals(last)) {
                return false;
            }
            out.append(written, member.from, member.to);
            last = member.name;
        }
        return true;
    }

    private boolean array(int depth) {
        at++;
        out.append('[');
        blanks();
        if (passed(']')) {
            out.append(']');
            return true;
        }
        do {
            blanks();
            if (!value(depth + 1)) {
                return false;
            }
            blanks();
            out.append(',');
        } while (passed(','));
        out.setCharAt(out.length() - 1, ']');
        return passed(']');
    }

    private boolean text() {
        int end = afterText(json, at);
        if (end < 0) {
            return false;
        }
        out.append(json, at, end);
        at = end;
        return true;
    }

    /** Where the text ends that begins there; -1 if a character of it has another form, or may be none. */
    private static int afterText(String json, int begin) {
        for (int i = begin + 1; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c == '"') {
                return i + 1;
            }
            if (c < ' ' || c == '\\' || Character.isSurrogate(c)) {
                return -1;
            }
        }
        return -1;
    }

    private boolean word(String word) {
        if (!json.startsWith(word, at)) {
            return false;
        }
        out.append(word);
        at += word.length();
        return true;
    }

    /** A plain decimal: not beginning with a zero that is too much, not ending with one, and no zero with a sign. */
    private boolean number() {
        int from = at;
        boolean negative = passed('-');
        int whole = at;
        digits();
        int digits = at - whole;
        boolean zero = digits > 0 && json.charAt(whole) == '0';
        if (digits == 0 || (zero && digits > 1)) {
            return false;
        }
        if (passed('.')) {
            int fraction = at;
            digits();
            if (at == fraction || json.charAt(at - 1) == '0') {
                return false;
            }
        } else if (zero && negative) {
            return false;
        }
        if (at - from > MOST_DIGITS || (at < json.length() && (json.charAt(at) | 0x20) == 'e')) {
            return false;
        }
        out.append(json, from, at);
        return true;
    }

    private void digits() {
        while (at < json.length() && json.charAt(at) >= '0' && json.charAt(at) <= '9') {
            at++;
        }
    }

    private void blanks() {
        while (at < json.length()
                && (json.charAt(at) == ' '
                        || json.charAt(at) == '\n'
                        || json.charAt(at) == '\r'
                        || json.charAt(at) == '\t')) {
            at++;
        }
    }

    private boolean passed(char expected) {
        if (at < json.length() && json.charAt(at) == expected) {
            at++;
            return true;
        }
        return false;
    }
}
