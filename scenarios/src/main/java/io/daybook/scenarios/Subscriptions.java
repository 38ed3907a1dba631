package io.daybook.scenarios;

import io.daybook.event.EntityType;
import io.daybook.event.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The attribute {@code subscribers} of scenarios and sequences, and the calls that come of it. */
final class Subscriptions {

    private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);
    private static final String SUBSCRIBERS = "subscribers";

    private Subscriptions() {}

    static List<Subscription> of(Stored entity) {
        return entity.list(SUBSCRIBERS).stream()
                .map(Stored::asMap)
                .map(member -> new Subscription(
                        String.valueOf(member.get("callback")),
                        Value.of(member.get("params")).elements()))
                .toList();
    }

    static void add(Draft draft, Entity<?> entity, String callback, List<?> parameters) {
        List<Subscription> all = new ArrayList<>(of(draft.get(entity.type(), entity.id())));
        all.add(new Subscription(callback, Value.of(parameters).elements()));
        put(draft, entity, all);
    }

    /** @param parameters null = whichever they were; the first that fits is removed */
    static void remove(Draft draft, Entity<?> entity, String callback, @Nullable List<?> parameters) {
        List<Subscription> all = new ArrayList<>(of(draft.get(entity.type(), entity.id())));
        List<Value> wanted =
                parameters == null ? List.of() : Value.of(parameters).elements();
        Subscription found = all.stream()
                .filter(one -> one.callback().equals(callback)
                        && (parameters == null || one.params().equals(wanted)))
                .findFirst()
                .orElseThrow(() -> new NotSubscribed(entity.id(), callback));
        all.remove(found);
        put(draft, entity, all);
    }

    private static void put(Draft draft, Entity<?> entity, List<Subscription> all) {
        List<Map<String, Object>> members = new ArrayList<>();
        for (Subscription one : all) {
            Map<String, Object> member = new LinkedHashMap<>();
            member.put("callback", one.callback());
            member.put("params", one.params().stream().map(Stored::plain).toList());
            members.add(member);
        }
        Attributes.set(draft, entity.type(), entity.id(), SUBSCRIBERS, members);
    }

    /** A job has another status: after the commit, those who subscribed to what was submitted hear of it. */
    static void tell(Scenarios home, Draft draft, String job) {
        Stored stored = draft.get(EntityType.JOB, job);
        String submitted = stored.text("submit_entity_id");
        for (EntityType type : List.of(EntityType.SCENARIO, EntityType.SEQUENCE)) {
            draft.find(type, submitted).ifPresent(entity -> {
                List<Subscription> subscriptions = of(entity);
                if (!subscriptions.isEmpty()) {
                    draft.afterCommit(() -> subscriptions.forEach(one -> call(home, one, type, submitted, job)));
                }
            });
        }
    }

    private static void call(Scenarios home, Subscription subscription, EntityType type, String submitted, String job) {
        Entity<?> entity =
                type.equals(EntityType.SCENARIO) ? new Scenario(home, submitted) : new Sequence(home, submitted);
        home.core()
                .subscribers
                .find(subscription.callback())
                .ifPresentOrElse(
                        callback -> {
                            try {
                                callback.jobChanged(entity, new Job(home, job), subscription.params());
                            } catch (Exception e) {
                                LOG.error(
                                        "Subscriber {} of {} failed at {}; everything else goes on.",
                                        subscription.callback(),
                                        entity,
                                        job,
                                        home.daybook().sensitive().shown(e, List.of(type, EntityType.JOB)));
                            }
                        },
                        () -> LOG.debug(
                                "There is no callback {} in this process, to which {} subscribes.",
                                subscription.callback(),
                                entity));
    }
}
