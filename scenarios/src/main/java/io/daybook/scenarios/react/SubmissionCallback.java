package io.daybook.scenarios.react;

import io.daybook.event.Event;
import io.daybook.scenarios.Submission;
import io.daybook.scenarios.Submittable;

/** What to do when a submission is finished. */
@FunctionalInterface
public interface SubmissionCallback {

    /**
     * Acts on that event.
     *
     * @param submitted what was submitted: a {@code Scenario}, a {@code Sequence} or a {@code Task}
     * @param submission as it is now, which may be later than the event
     * @throws Exception if it could not: what becomes of the event is for the failure policy to say
     */
    void on(Event event, Submittable submitted, Submission submission) throws Exception;
}
