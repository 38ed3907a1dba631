package io.daybook.console.demo;

import io.daybook.event.Event;
import io.daybook.event.Topic;
import io.daybook.ledger.Ledger;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Counts changes of files per author and day (UTC). It keeps no file: what its cursor has passed is counted again from the ledger at
 * each start, so there is nothing that a {@code kill -9} could leave between the counts and the cursor. Thread-safe.
 */
final class Activity {

    static final Topic TOPIC = Topic.of("file");

    private final Map<AuthorDay, Long> changes = new HashMap<>();
    private long total;

    /**
     * An author on a day.
     *
     * @param author as in the commit
     * @param day in UTC
     */
    record AuthorDay(String author, LocalDate day) {}

    /** Counts what the registration has passed already. */
    void recount(Ledger ledger, long cursor) {
        LedgerWalk.through(ledger, 0, cursor, event -> {
            if (TOPIC.matches(event)) {
                add(event);
            }
        });
    }

    synchronized void add(Event event) {
        LocalDate day = event.creationDate().atOffset(ZoneOffset.UTC).toLocalDate();
        changes.merge(new AuthorDay(event.actor().orElse("unknown"), day), 1L, Long::sum);
        total++;
    }

    synchronized long total() {
        return total;
    }

    synchronized int authors() {
        Set<String> authors = new HashSet<>();
        changes.keySet().forEach(key -> authors.add(key.author()));
        return authors.size();
    }

    synchronized int days() {
        Set<LocalDate> days = new HashSet<>();
        changes.keySet().forEach(key -> days.add(key.day()));
        return days.size();
    }

    /** Those with most changes; of equals the earlier day, then the first in the alphabet. */
    synchronized List<Map.Entry<AuthorDay, Long>> busiest(int count) {
        return changes.entrySet().stream()
                .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
                .sorted(Map.Entry.<AuthorDay, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(entry -> entry.getKey().day())
                        .thenComparing(entry -> entry.getKey().author()))
                .limit(count)
                .toList();
    }
}
