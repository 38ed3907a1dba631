package io.daybook;

import io.daybook.event.Change;
import io.daybook.event.DaybookException;
import io.daybook.event.EntityRef;

/** A value or the metadata of one change are larger than this daybook keeps. Nothing was written; keep it elsewhere, and here where it is. */
public final class ValueTooLarge extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final transient EntityRef entity;
    private final long bytes;
    private final long limit;

    ValueTooLarge(Change change, String what, long bytes, long limit) {
        super(
                "The %s of %s takes %d bytes as JSON, at most %d are allowed. Nothing was written; keep the content elsewhere and say here where, or open the daybook with a larger maxValueBytes."
                        .formatted(what, change, bytes, limit));
        this.entity = change.entity();
        this.bytes = bytes;
        this.limit = limit;
    }

    public EntityRef entity() {
        return entity;
    }

    /** Its size in bytes, as UTF-8 JSON. */
    public long bytes() {
        return bytes;
    }

    /** What is allowed, in bytes. */
    public long limit() {
        return limit;
    }
}
