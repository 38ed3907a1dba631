/**
 * Taipy's world on Daybook: scenarios, data nodes, tasks, jobs and submissions, with the same events, but durable and transactional. {@link
 * io.daybook.scenarios.Scenarios} is the door; what is configured is in {@code io.daybook.scenarios.config}, what reacts in {@code
 * io.daybook.scenarios.react}.
 */
@NullMarked
package io.daybook.scenarios;

import org.jspecify.annotations.NullMarked;
