package io.daybook.scenarios;

import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.Value;
import io.daybook.scenarios.config.Scope;
import io.daybook.scenarios.config.Storage.Format;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Something that tasks read and write. */
public final class DataNode extends Entity<DataNode> {

    DataNode(Scenarios home, String id) {
        super(home, EntityType.DATA_NODE, id);
    }

    @Override
    DataNode self() {
        return this;
    }

    /** Of which kind it is. */
    public String configId() {
        return stored().text("config_id");
    }

    /** What it is called; empty if it was not given a name. The name is a property. */
    public Optional<String> name() {
        return property("name").filter(name -> !name.isNull()).map(name -> name.as(String.class));
    }

    public void setName(String name) {
        setProperty("name", name);
    }

    /** The scenario or cycle that it belongs to; empty if all share it. */
    public Optional<String> ownerId() {
        return stored().maybeText("owner_id");
    }

    /** Who shares it. */
    public Scope scope() {
        return Scope.valueOf(stored().text("scope"));
    }

    public void setScope(Scope scope) {
        set("scope", scope);
    }

    /** How long its data is good; empty = for ever. */
    public Optional<Duration> validityPeriod() {
        return stored().duration("validity_period");
    }

    /**
     * How long its data is good.
     *
     * @param period null = for ever
     */
    public void setValidityPeriod(@Nullable Duration period) {
        set("validity_period", period == null ? null : period.toMillis() / 1000.0);
    }

    // --- data --------------------------------------------------------------------------------------------------------

    /**
     * Its data.
     *
     * @return empty if it was never written, or is said not to have been: see {@link #setLastEditDate}
     * @throws DataLost if its file is gone, or not as it was written
     */
    public Optional<Value> data() {
        View view = home.core().view();
        Stored node = view.get(type(), id());
        return node.get("last_edit_date") == null
                ? Optional.empty()
                : home.core().files.read(view, node);
    }

    /**
     * Its data as an object of that type.
     *
     * @return empty if it was never written, or is JSON null
     * @throws DataLost if its file is gone, or not as it was written
     * @throws io.daybook.event.ValueMismatch if it does not fit the type
     */
    public <T> Optional<T> read(Class<T> as) {
        return data().filter(value -> !value.isNull()).map(value -> value.as(as));
    }

    /**
     * Its data as that event of it left it: what was written later does not count.
     *
     * @return empty if it had none then, or it was erased
     * @throws DataLost if its file is gone, or not as it was written
     * @throws ModelNotFound if the data node does not exist any more
     */
    public Optional<Value> dataAsOf(Event event) {
        return home.core().files.readAsOf(stored(), event);
    }

    /** Writes it, and unlocks it. @throws io.daybook.event.InvalidEvent if the data has no JSON form */
    public void write(@Nullable Object data) {
        write(data, Map.of());
    }

    /**
     * Writes it, and unlocks it; jobs that waited for it run.
     *
     * @param edit what shall be said of this edit, such as {@code comment}; {@code editor_id}: who does it
     * @throws DataNodeIsBeingEdited if somebody else than that {@code editor_id} has locked it
     * @throws io.daybook.event.InvalidEvent if the data has no JSON form
     * @throws io.daybook.event.ValueMismatch if the data does not fit its storage
     */
    public void write(@Nullable Object data, Map<String, ?> edit) {
        Value value = Value.of(data);
        run(draft -> write(draft, value, edit));
    }

    private void write(Draft draft, Value value, Map<String, ?> edit) {
        Stored node = draft.get(type(), id());
        refuseOthers(draft, edit);
        DataNodes.write(
                draft,
                id(),
                home.core().files.keep(node, value),
                edit,
                home.core().now());
    }

    /** Writes more behind what is there. @throws NotAppendable if its storage cannot */
    public void append(@Nullable Object data) {
        append(data, Map.of());
    }

    /**
     * Writes more behind what is there, and unlocks it.
     *
     * @param data a list is added element by element
     * @param edit what shall be said of this edit, such as {@code comment}; {@code editor_id}: who does it
     * @throws NotAppendable if its storage can only be written as a whole
     * @throws DataNodeIsBeingEdited if somebody else than that {@code editor_id} has locked it
     */
    public void append(@Nullable Object data, Map<String, ?> edit) {
        Value more = Value.of(data);
        run(draft -> {
            Stored node = draft.get(type(), id());
            Format format = Format.valueOf(node.text("storage"));
            if (!format.isAppendable()) {
                throw new NotAppendable(id(), format);
            }
            Value there = home.core().files.read(draft, node).orElse(Value.of(List.of()));
            write(draft, DataFiles.appended(there, more), edit);
        });
    }

    private void refuseOthers(Draft draft, Map<String, ?> edit) {
        Object editor = edit.get("editor_id");
        if (editor != null) {
            DataNodes.refuseOthers(draft, id(), editor.toString(), home.core().now());
        }
    }

    /** Its data was changed elsewhere, such as in a file of somebody else's: says so, with {@code timestamp} if that is given. */
    public void trackEdit(Map<String, ?> edit) {
        run(draft -> DataNodes.track(draft, id(), edit, home.core().now()));
    }

    /** When it was written last; empty if never. */
    public Optional<Instant> lastEditDate() {
        return stored().instant("last_edit_date");
    }

    /**
     * When it was written last, by hand.
     *
     * @param date null = never
     */
    public void setLastEditDate(@Nullable Instant date) {
        set("last_edit_date", date == null ? null : date.toString());
    }

    /** What is known of the newest edits (at most 200; the log has all), oldest first. */
    public List<Value> edits() {
        return Value.of(stored().list("edits")).elements();
    }

    /** What is known of its edits, by hand. @throws io.daybook.event.InvalidEvent if they have no JSON form */
    public void setEdits(List<?> edits) {
        set("edits", edits);
    }

    /** Whether it was written, and not too long ago. */
    public boolean isValid() {
        return DataNodes.isValid(stored(), home.core().now());
    }

    /** Whether it was written, and is not being edited. */
    public boolean isReadyForReading() {
        return Readiness.isReady(home.core().view(), id());
    }

    // --- locks -------------------------------------------------------------------------------------------------------

    /** Locks it for nobody in particular, for ever. */
    public void lockEdit() {
        run(draft -> DataNodes.lock(draft, id(), null, home.core().now()));
    }

    /** Locks it for half an hour. @throws DataNodeIsBeingEdited if another editor has */
    public void lockEdit(String editor) {
        run(draft -> DataNodes.lock(draft, id(), editor, home.core().now()));
    }

    /** Unlocks it, whoever has locked it; jobs that waited for it run. */
    public void unlockEdit() {
        run(draft -> DataNodes.unlock(draft, id()));
    }

    /** Unlocks it; jobs that waited for it run. @throws DataNodeIsBeingEdited if another editor has locked it */
    public void unlockEdit(String editor) {
        run(draft -> DataNodes.unlock(draft, id(), editor, home.core().now()));
    }

    /** Whether it is locked. */
    public boolean isEditInProgress() {
        return stored().flag("edit_in_progress");
    }

    public void setEditInProgress(boolean locked) {
        set("edit_in_progress", locked);
    }

    /** Who has locked it; empty if nobody has, or nobody in particular. */
    public Optional<String> editorId() {
        return stored().maybeText("editor_id");
    }

    /**
     * Who has locked it, by hand.
     *
     * @param editor null = nobody in particular
     */
    public void setEditorId(@Nullable String editor) {
        set("editor_id", editor);
    }

    /** Until when it is locked; empty if it is not, or for ever. */
    public Optional<Instant> editorExpirationDate() {
        return stored().instant("editor_expiration_date");
    }

    /**
     * Until when it is locked, by hand.
     *
     * @param until null = for ever
     */
    public void setEditorExpirationDate(@Nullable Instant until) {
        set("editor_expiration_date", until == null ? null : until.toString());
    }
}
