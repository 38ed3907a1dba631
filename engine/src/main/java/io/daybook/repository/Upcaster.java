package io.daybook.repository;

import io.daybook.event.Value;
import java.util.Map;

/**
 * Makes attributes of the next schema version out of attributes of one, when they are read: what stands in the log is never changed.
 *
 * <p><b>What it is given.</b> All attributes that the entity had when the first event of a newer version came, or has now: a {@code CREATION} and the
 * {@code UPDATE}s after it are folded in their own version first. So it can split one attribute into two, and make one of two.
 *
 * <p><b>The exception.</b> An {@code UPDATE} of an older version may come <i>after</i> an event of a newer one: from a node that is not upgraded
 * yet, or appended without a repository and without a schema version. Then it is given that one attribute alone, and what it answers is set;
 * but what it answers whatever the value, and for no attributes at all, does not count, so that the default of a new attribute is not set again.
 * To find that out it is also given none, and values that nobody said (null, and another of the same kind; there it may fail). Hence an upcaster
 * must not fail because an attribute is missing.
 *
 * <p>Called in any thread, often; it should depend on nothing but what it is given.
 */
@FunctionalInterface
public interface Upcaster {

    /**
     * The attributes in the next version.
     *
     * @param attributes name to value, in the order of the names; a copy that may be changed and answered
     * @return never null, without null values (JSON null is {@code Value.of(null)})
     */
    Map<String, Value> upcast(Map<String, Value> attributes);
}
