package io.daybook.scenarios.config;

import org.jspecify.annotations.Nullable;

/**
 * What a task does with its inputs.
 *
 * <p>It may run twice: when its node dies while it runs, and the orchestrator is told to run it again. Its outputs are written after it has
 * returned, in one unit of work with the status of its job, or not at all.
 */
@FunctionalInterface
public interface TaskFunction {

    /**
     * Works.
     *
     * @return of a task without outputs: anything, it is not kept; with one output: its data, null = JSON null; with several: a {@code List}
     *     with the data of each, in their order
     * @throws Exception whatever goes wrong: the job fails, with the stack trace
     */
    @Nullable
    Object run(Inputs inputs) throws Exception;
}
