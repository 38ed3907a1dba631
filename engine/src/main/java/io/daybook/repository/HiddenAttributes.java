package io.daybook.repository;

import io.daybook.database.DatabaseFailure;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Whose values no error may show: what the mapping says and what the daybook was told otherwise. Asked when there is something to show, so that it
 * costs nothing before, and a later declaration counts. Thread-safe.
 */
final class HiddenAttributes {

    private final Set<String> mapped;
    private final Set<String> all;
    private final Supplier<? extends Collection<String>> declared;

    /**
     * @param mapped those of the mapping
     * @param all which there are, for when nobody can say
     * @param declared what the daybook knows of
     */
    HiddenAttributes(
            Collection<String> mapped, Collection<String> all, Supplier<? extends Collection<String>> declared) {
        this.mapped = Set.copyOf(mapped);
        this.all = Set.copyOf(all);
        this.declared = declared;
    }

    /** Their names; all there are if the database cannot say. */
    Set<String> names() {
        Set<String> names = new HashSet<>(mapped);
        try {
            names.addAll(declared.get());
        } catch (DatabaseFailure e) {
            names.addAll(all);
        }
        return names;
    }
}
