package io.daybook.scenarios;

import io.daybook.event.EntityType;
import io.daybook.event.Value;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is done to data nodes: written, tracked, locked, unlocked (FEATURES §5; trace c). */
final class DataNodes {

    private static final Duration LOCKED_FOR = Duration.ofMinutes(30);

    /**
     * How many records of edits a data node carries. Taipy carries all, in each event; here each has an event of its own in the log anyway, and
     * a list of them all would one day be too large for a value.
     */
    private static final int MOST_EDITS = 200;

    /** How long they may be together, in characters of JSON: far below the largest value of a daybook. */
    private static final int LONGEST_EDITS = 100_000;

    private DataNodes() {}

    /** Sets an attribute, and what follows from it. */
    static void set(Draft draft, String node, String attribute, @Nullable Object value) {
        draft.set(EntityType.DATA_NODE, node, attribute, value);
        if (attribute.equals("last_edit_date") || attribute.equals("edit_in_progress")) {
            Readiness.follow(draft, node);
        }
    }

    /** @param data as {@link DataFiles} keeps it */
    static void write(Draft draft, String node, @Nullable Object data, Map<String, ?> edit, Instant now) {
        draft.set(EntityType.DATA_NODE, node, Stored.DATA, data);
        track(draft, node, edit, now);
        unlock(draft, node);
    }

    static void track(Draft draft, String node, Map<String, ?> edit, Instant now) {
        Map<String, @Nullable Object> record = record(edit, now);
        set(draft, node, "last_edit_date", record.get("timestamp"));
        List<@Nullable Object> edits =
                new ArrayList<>(draft.get(EntityType.DATA_NODE, node).list("edits"));
        edits.add(record);
        set(draft, node, "edits", newest(edits));
    }

    private static List<@Nullable Object> newest(List<@Nullable Object> edits) {
        int from = Math.max(0, edits.size() - MOST_EDITS);
        long length = 0;
        for (int i = edits.size() - 1; i >= from; i--) {
            length += Value.of(edits.get(i)).json().length();
            if (length > LONGEST_EDITS) {
                from = Math.min(i + 1, edits.size() - 1);
            }
        }
        return Collections.unmodifiableList(new ArrayList<>(edits.subList(from, edits.size())));
    }

    static Map<String, @Nullable Object> record(Map<String, ?> edit, Instant now) {
        Map<String, @Nullable Object> record = Stored.copy(edit);
        Object said = record.get("timestamp");
        record.put("timestamp", (said == null ? now : instant(said.toString())).toString());
        return record;
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "\"%s\" is no time of an edit. Nothing was written; say it like 2024-05-01T10:00:00Z."
                            .formatted(text),
                    e);
        }
    }

    static void lock(Draft draft, String node, @Nullable String editor, Instant now) {
        if (editor != null) {
            refuseOthers(draft, node, editor, now);
        }
        lock(draft, node, editor, editor == null ? null : now.plus(LOCKED_FOR), true);
    }

    static void unlock(Draft draft, String node, @Nullable String editor, Instant now) {
        if (editor != null) {
            refuseOthers(draft, node, editor, now);
        }
        unlock(draft, node);
    }

    static void unlock(Draft draft, String node) {
        lock(draft, node, null, null, false);
    }

    private static void lock(
            Draft draft, String node, @Nullable String editor, @Nullable Instant until, boolean locked) {
        set(draft, node, "editor_id", editor);
        set(draft, node, "editor_expiration_date", until == null ? null : until.toString());
        set(draft, node, "edit_in_progress", locked);
    }

    /** @throws DataNodeIsBeingEdited if another editor has locked it, and that lock lasts */
    static void refuseOthers(View view, String node, String editor, Instant now) {
        Stored stored = view.get(EntityType.DATA_NODE, node);
        Optional<String> other = stored.maybeText("editor_id").filter(id -> !id.equals(editor));
        Optional<Instant> until = stored.instant("editor_expiration_date").filter(now::isBefore);
        if (stored.flag("edit_in_progress") && other.isPresent() && until.isPresent()) {
            throw new DataNodeIsBeingEdited(node, other.get(), until.get());
        }
    }

    /** Whether it was written, and not too long ago. */
    static boolean isValid(Stored node, Instant now) {
        Optional<Instant> written = node.instant("last_edit_date");
        Optional<Duration> period = node.duration("validity_period");
        return written.isPresent()
                && (period.isEmpty() || written.get().plus(period.get()).isAfter(now));
    }
}
