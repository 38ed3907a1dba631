package io.daybook.console.git;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.util.RawParseUtils;
import org.jspecify.annotations.Nullable;

/**
 * A commit, read from its bytes: what other tools wrote into old histories is not always what git writes today, and nothing of it
 * may stop an import.
 *
 * @param tree its files
 * @param firstParent null = it begins the history
 * @param author {@code name <email>}, shortened to what an actor may have
 * @param date when it was written: ISO 8601 with its offset, or the text as it is where that is no date
 * @param committed when it was committed, moved into the years 1 to 9999; 1970 where that is no date
 * @param subject first paragraph of the message, on one line, shortened
 */
record Commit(
        ObjectId id,
        ObjectId tree,
        @Nullable ObjectId firstParent,
        String author,
        String date,
        Instant committed,
        String subject) {

    private static final int TREE_END = "tree ".length() + Constants.OBJECT_ID_STRING_LENGTH;
    private static final int LONGEST_ACTOR = 200;
    private static final int LONGEST_SUBJECT = 1_000;
    private static final Pattern WHEN = Pattern.compile("(-?[0-9]+) ([+-])([0-9]{2})([0-9]{2})");
    private static final long EARLIEST = Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();
    private static final long LATEST = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    static Commit read(ObjectReader reader, AnyObjectId id) throws IOException {
        byte[] raw = reader.open(id, Constants.OBJ_COMMIT).getCachedBytes();
        Charset charset = charset(raw);
        int authorAt = RawParseUtils.author(raw, 0);
        int committerAt = RawParseUtils.committer(raw, 0);
        String author = authorAt < 0 ? "" : line(raw, authorAt, charset);
        String committer = committerAt < 0 ? "" : line(raw, committerAt, charset);
        return new Commit(
                id.copy(),
                ObjectId.fromString(raw, "tree ".length()),
                firstParent(raw),
                actor(author),
                date(author),
                committed(committer),
                subject(raw, charset));
    }

    /** Only the parent: to find the way back through a long history. */
    static @Nullable ObjectId firstParent(ObjectReader reader, AnyObjectId id) throws IOException {
        return firstParent(reader.open(id, Constants.OBJ_COMMIT).getCachedBytes());
    }

    private static @Nullable ObjectId firstParent(byte[] raw) {
        int at = TREE_END + 1;
        return RawParseUtils.match(raw, at, PARENT) < 0 ? null : ObjectId.fromString(raw, at + PARENT.length);
    }

    private static final byte[] PARENT = "parent ".getBytes(StandardCharsets.US_ASCII);

    private static Charset charset(byte[] raw) {
        try {
            Charset named = RawParseUtils.parseEncoding(raw);
            return named == null ? StandardCharsets.UTF_8 : named;
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return StandardCharsets.UTF_8;
        }
    }

    private static String line(byte[] raw, int begin, Charset charset) {
        int end = RawParseUtils.nextLF(raw, begin) - 1;
        return RawParseUtils.decode(charset, raw, begin, Math.max(begin, end));
    }

    private static String actor(String line) {
        int end = line.lastIndexOf('>');
        String name = clean(end < 0 ? line : line.substring(0, end + 1));
        return name.isEmpty() ? "unknown" : shortened(name, LONGEST_ACTOR);
    }

    private static String when(String line) {
        return line.substring(line.lastIndexOf('>') + 1).strip();
    }

    private static String date(String line) {
        String when = when(line);
        Matcher parts = WHEN.matcher(when);
        if (!parts.matches()) {
            return shortened(clean(when), LONGEST_ACTOR);
        }
        try {
            Instant instant = Instant.ofEpochSecond(Long.parseLong(parts.group(1)));
            OffsetDateTime date = instant.atOffset(offset(parts));
            return date.getYear() < 1 || date.getYear() > 9999 ? when : date.toString();
        } catch (DateTimeException | NumberFormatException e) {
            return shortened(when, LONGEST_ACTOR);
        }
    }

    private static ZoneOffset offset(Matcher parts) {
        int seconds = Integer.parseInt(parts.group(3)) * 3600 + Integer.parseInt(parts.group(4)) * 60;
        return ZoneOffset.ofTotalSeconds(parts.group(2).equals("-") ? -seconds : seconds);
    }

    private static Instant committed(String line) {
        Matcher parts = WHEN.matcher(when(line));
        if (!parts.matches()) {
            return Instant.EPOCH;
        }
        try {
            return Instant.ofEpochSecond(Math.max(EARLIEST, Math.min(LATEST, Long.parseLong(parts.group(1)))));
        } catch (NumberFormatException e) {
            return Instant.ofEpochSecond(parts.group(1).startsWith("-") ? EARLIEST : LATEST);
        }
    }

    private static String subject(byte[] raw, Charset charset) {
        int begin = RawParseUtils.commitMessage(raw, 0);
        if (begin < 0) {
            return "";
        }
        int end = RawParseUtils.endOfParagraph(raw, begin);
        String paragraph = RawParseUtils.decode(charset, raw, begin, end);
        return shortened(clean(paragraph.replaceAll("\\s*\\R\\s*", " ")), LONGEST_SUBJECT);
    }

    /** PostgreSQL keeps no NUL. */
    private static String clean(String text) {
        return text.replace('\0', '\uFFFD').strip();
    }

    private static String shortened(String text, int longest) {
        int length = text.codePointCount(0, text.length());
        return length <= longest ? text : text.substring(0, text.offsetByCodePoints(0, longest - 1)) + "…";
    }
}
