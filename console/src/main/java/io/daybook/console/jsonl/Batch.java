package io.daybook.console.jsonl;

import io.daybook.console.shell.Messages;
import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.Receipt;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The lines of one unit of work. */
final class Batch {

    static final int MOST_LINES = 100_000;
    static final long MOST_BYTES = 32 << 20;

    /** A line, and what is wrong with it. */
    record Problem(long line, String what) {}

    private final @Nullable String transaction;
    private final long firstLine;
    private final String firstDigest;
    private final List<Change> changes = new ArrayList<>();
    private final List<Long> lines = new ArrayList<>();
    private long bytes;
    private @Nullable String actor;
    private @Nullable String reason;
    private @Nullable String correlationId;
    private @Nullable Problem problem;

    Batch(Entry first) {
        this.transaction = first.transaction();
        this.firstLine = first.line();
        MessageDigest digest = sha256();
        digest.update(first.bytes());
        digest.update((byte) '\n');
        this.firstDigest = HexFormat.of().formatHex(digest.digest());
        add(first);
    }

    /** Whether a line of that transaction belongs to it. */
    boolean takes(Entry entry) {
        return transaction != null && transaction.equals(entry.transaction());
    }

    boolean hasTransaction() {
        return transaction != null;
    }

    void add(Entry entry) {
        bytes += entry.bytes().length;
        if (entry.problem() != null) {
            spoil(entry.line(), entry.problem());
        }
        actor = same("actor", actor, entry.actor(), entry);
        reason = same("reason", reason, entry.reason(), entry);
        correlationId = same("correlation_id", correlationId, entry.correlationId(), entry);
        if (problem == null && (changes.size() >= MOST_LINES || bytes > MOST_BYTES)) {
            spoil(
                    entry.line(),
                    "its unit of work, which begins at line %d, has more than %,d lines or %d MB"
                            .formatted(firstLine, MOST_LINES, MOST_BYTES >> 20));
        }
        if (problem != null) {
            changes.clear();
            lines.clear();
        } else {
            changes.add(Objects.requireNonNull(entry.change()));
            lines.add(entry.line());
        }
    }

    /** Actor, reason and conversation are those of the unit of work: a line says the same or nothing. */
    private @Nullable String same(String what, @Nullable String before, @Nullable String now, Entry entry) {
        if (now == null || entry.line() == firstLine) {
            return now == null ? before : now;
        }
        if (!now.equals(before)) {
            spoil(
                    entry.line(),
                    "the %s of its unit of work, which begins at line %d, is another one".formatted(what, firstLine));
        }
        return before;
    }

    /** Makes the whole unit bad; the first reason stays. */
    void spoil(long line, String what) {
        if (problem == null) {
            problem = new Problem(line, what);
        }
    }

    @Nullable
    Problem problem() {
        return problem;
    }

    long firstLine() {
        return firstLine;
    }

    List<Change> changes() {
        return changes;
    }

    @Nullable
    String actor() {
        return actor;
    }

    @Nullable
    String reason() {
        return reason;
    }

    @Nullable
    String correlationId() {
        return correlationId;
    }

    /** The first line about that entity: where to look when the daybook refuses the unit because of it. */
    long lineOf(EntityRef entity) {
        for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i).entity().equals(entity)) {
                return lines.get(i);
            }
        }
        return firstLine;
    }

    /**
     * What it is known by, so that it is appended once. Nothing of its other lines: a unit that grew since it was imported is the
     * same unit, and must not be taken for a new one.
     */
    String key(String source) {
        return "jsonl:%s:%d:%s".formatted(source, firstLine, firstDigest);
    }

    /** In what it is not what was appended under its key; null = there is an event of the same entity for each line. */
    @Nullable
    Problem differenceTo(List<Receipt.Appended> appended) {
        if (appended.size() != changes.size()) {
            return new Problem(
                    firstLine,
                    "its unit of work was imported before with %s and has %s now, and what is appended stays as it is; give new lines a transaction of their own"
                            .formatted(
                                    Messages.count(appended.size(), "line"), Messages.count(changes.size(), "line")));
        }
        for (int i = 0; i < changes.size(); i++) {
            if (!changes.get(i).entity().equals(appended.get(i).entity())) {
                return new Problem(
                        lines.get(i),
                        "it was imported before about %s and is about %s now, and what is appended stays as it is; put the line back, and say what is new in a line at the end"
                                .formatted(
                                        appended.get(i).entity(), changes.get(i).entity()));
            }
        }
        return null;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }
}
