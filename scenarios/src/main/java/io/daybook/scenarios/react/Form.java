package io.daybook.scenarios.react;

import io.daybook.event.EntityType;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import io.daybook.scenarios.DataNode;
import io.daybook.scenarios.Entity;
import io.daybook.scenarios.Job;
import io.daybook.scenarios.Status;
import io.daybook.scenarios.Submission;
import io.daybook.scenarios.SubmissionStatus;
import io.daybook.scenarios.Submittable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One of the things that can happen: which events tell of it, and what is handed over beside the event.
 *
 * @param <A> what that is
 * @param arguments empty if it did not happen after all: it is of another kind, or gone
 * @param entities those among the arguments
 * @param data that among the arguments
 */
record Form<A>(
        EventFilter filter,
        Function<Occurrence, Optional<A>> arguments,
        Function<A, List<Entity<?>>> entities,
        Function<A, Optional<Value>> data) {

    private static <A> Form<A> of(
            EventFilter filter, Function<Occurrence, Optional<A>> arguments, Function<A, List<Entity<?>>> entities) {
        return new Form<>(filter, arguments, entities, argument -> Optional.empty());
    }

    static Form<Occurrence> event(EventFilter filter) {
        return of(filter, Optional::of, occurrence -> List.of());
    }

    static <E extends Entity<E>> Form<E> created(EntityType type, Class<E> handle, String... configIds) {
        Set<String> kinds = Set.copyOf(Arrays.asList(configIds));
        return of(
                EventFilter.of(type).operation(Operation.CREATION),
                occurrence -> occurrence.isOf(kinds) ? occurrence.entity(handle) : Optional.empty(),
                List::of);
    }

    static Form<String> deleted(EntityType type, String... configIds) {
        Set<String> kinds = Set.copyOf(Arrays.asList(configIds));
        return of(
                EventFilter.of(type).operation(Operation.DELETION),
                occurrence ->
                        occurrence.wasOf(kinds) ? Optional.of(occurrence.event().entityId()) : Optional.empty(),
                id -> List.of());
    }

    /** A data node, and what was written. */
    record Written(DataNode dataNode, Optional<Value> data) {}

    static Form<Written> written(String... configIds) {
        Set<String> kinds = Set.copyOf(Arrays.asList(configIds));
        return new Form<>(
                became(EntityType.DATA_NODE, "last_edit_date"),
                occurrence -> occurrence.isOf(kinds)
                        ? occurrence.entity(DataNode.class).map(node -> new Written(node, occurrence.data(node)))
                        : Optional.empty(),
                written -> List.of(written.dataNode()),
                Written::data);
    }

    static Form<Job> job(Predicate<Status> statuses, String... taskConfigIds) {
        Set<String> kinds = Set.copyOf(Arrays.asList(taskConfigIds));
        return of(
                became(EntityType.JOB, "status", names(Status.values(), statuses)),
                occurrence ->
                        occurrence.isOf(kinds, "task_config_id") ? occurrence.entity(Job.class) : Optional.empty(),
                List::of);
    }

    /** What was submitted, and the submission. */
    record Finished(Submittable submitted, Submission submission) {}

    static Form<Finished> finished(String... configIds) {
        Set<String> kinds = Set.copyOf(Arrays.asList(configIds));
        return of(
                became(
                        EntityType.SUBMISSION,
                        "submission_status",
                        names(SubmissionStatus.values(), SubmissionStatus::isFinished)),
                occurrence ->
                        occurrence.isOf(kinds, "origin_entity_config_id") ? finished(occurrence) : Optional.empty(),
                finished -> List.of((Entity<?>) finished.submitted(), finished.submission()));
    }

    private static Optional<Finished> finished(Occurrence occurrence) {
        return occurrence
                .entity(Submission.class)
                .flatMap(submission -> occurrence
                        .said("origin_entity_id")
                        .flatMap(id -> occurrence.find(id, Submittable.class))
                        .map(submitted -> new Finished(submitted, submission)));
    }

    private static EventFilter became(EntityType type, String attribute) {
        return EventFilter.of(type)
                .operation(Operation.UPDATE)
                .attribute(attribute)
                // A topic on an attribute also hears the updates that name none.
                .when(event -> event.attributeName().isPresent());
    }

    private static EventFilter became(EntityType type, String attribute, Set<String> values) {
        return became(type, attribute)
                .when(event -> event.attributeValue()
                        .filter(value -> !value.isNull())
                        .map(value -> value.as(String.class))
                        .filter(values::contains)
                        .isPresent());
    }

    private static <T extends Enum<T>> Set<String> names(T[] values, Predicate<T> which) {
        return Set.copyOf(Arrays.stream(values).filter(which).map(Enum::name).toList());
    }
}
