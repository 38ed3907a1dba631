package io.daybook.scenarios;

import io.daybook.Daybook;
import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Topic;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All entities of Taipy's types, as the fold of the ledger: what is known here is what was told there, and what this process itself has
 * committed. Entities may be of slightly different moments (per entity it is always the newest known); whoever decides by them says so when it
 * commits ({@link Draft}). Reading is thread-safe; {@link #catchUp} and {@link #put} are called by one thread at a time.
 */
final class World implements View {

    static final List<EntityType> TYPES = List.of(
            EntityType.CYCLE,
            EntityType.SCENARIO,
            EntityType.SEQUENCE,
            EntityType.TASK,
            EntityType.DATA_NODE,
            EntityType.JOB,
            EntityType.SUBMISSION);

    static final List<Topic> TOPICS = TYPES.stream().map(Topic::of).toList();

    private static final int PAGE = 1_000;
    private static final long RANGE = 20_000;

    private final Ledger ledger;
    private final Map<EntityType, Map<String, Stored>> entities = new ConcurrentHashMap<>();
    private final Map<Relation, Map<String, Set<String>>> relations = new ConcurrentHashMap<>();

    /** Versions of entities that were deleted here before the ledger told of it: what it still tells of them is old. */
    private final Map<EntityRef, Long> deleted = new ConcurrentHashMap<>();

    private LedgerPoint place = LedgerPoint.BEGINNING;
    private long nextOrder;

    World(Daybook daybook) {
        this.ledger = daybook.ledger();
    }

    /**
     * Hears everything that the ledger has.
     *
     * @return whether it told anything that was not known here
     */
    boolean catchUp() {
        boolean news = false;
        Ledger.Page page;
        do {
            page = ledger.matching(TOPICS, place, RANGE, PAGE, "the scenarios");
            for (LedgerEntry entry : page.entries()) {
                news |= hear(entry);
            }
            place = page.lookedUntil();
        } while (!page.atEnd());
        return news;
    }

    private boolean hear(LedgerEntry entry) {
        EntityRef ref = entry.event().entity();
        Stored before = find(ref).orElse(null);
        long known = before != null ? before.version() : deleted.getOrDefault(ref, 0L);
        if (entry.event().version() <= known) {
            if (before == null && entry.event().version() == known) {
                deleted.remove(ref);
            }
            return false;
        }
        Stored after = Stored.after(before, entry.event(), nextOrder());
        if (after != null) {
            replace(before, after);
        } else if (before != null) {
            remove(before);
        }
        return true;
    }

    private Map<String, Stored> of(EntityType type) {
        return entities.computeIfAbsent(type, t -> new ConcurrentHashMap<>());
    }

    private Map<String, Set<String>> links(Relation relation) {
        return relations.computeIfAbsent(relation, r -> new ConcurrentHashMap<>());
    }

    private long nextOrder() {
        return nextOrder++;
    }

    /** An entity as this process has just committed it. */
    void put(Stored after) {
        Stored before = find(after.ref()).orElse(null);
        if (before == null || before.version() < after.version()) {
            replace(
                    before,
                    before == null
                            ? new Stored(
                                    after.ref(), nextOrder(), after.version(), after.dataVersion(), after.attributes())
                            : after);
        }
    }

    /** An entity that this process has just deleted, with the version of its last event. */
    void end(EntityRef ref, long version) {
        find(ref).ifPresent(this::remove);
        deleted.put(ref, version);
    }

    private void replace(@Nullable Stored before, Stored after) {
        Relation.from(after.ref().type()).forEach(relation -> {
            List<String> now = relation.targets(after);
            if (before != null) {
                List<String> was = relation.targets(before);
                if (was.equals(now)) {
                    return;
                }
                unlink(relation, was, after.id());
            }
            for (String target : now) {
                links(relation)
                        .computeIfAbsent(target, t -> ConcurrentHashMap.newKeySet())
                        .add(after.id());
            }
        });
        of(after.ref().type()).put(after.id(), after);
    }

    private void remove(Stored before) {
        of(before.ref().type()).remove(before.id());
        Relation.from(before.ref().type()).forEach(relation -> unlink(relation, relation.targets(before), before.id()));
    }

    private void unlink(Relation relation, Collection<String> targets, String id) {
        for (String target : targets) {
            links(relation).computeIfPresent(target, (t, ids) -> {
                ids.remove(id);
                return ids.isEmpty() ? null : ids;
            });
        }
    }

    @Override
    public Optional<Stored> find(EntityRef ref) {
        return Optional.ofNullable(of(ref.type()).get(ref.id()));
    }

    @Override
    public List<Stored> all(EntityType type) {
        return of(type).values().stream()
                .sorted(Comparator.comparingLong(Stored::order))
                .toList();
    }

    @Override
    public List<Stored> related(Relation relation, String id) {
        return links(relation).getOrDefault(id, Set.of()).stream()
                .map(of(relation.from())::get)
                .filter(entity -> entity != null)
                .sorted(Comparator.comparingLong(Stored::order))
                .toList();
    }
}
