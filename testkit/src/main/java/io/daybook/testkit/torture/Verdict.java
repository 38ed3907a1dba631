package io.daybook.testkit.torture;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the checker found.
 *
 * @param seed of the run
 * @param promises all of them, in their order
 * @param logs where the logs of the nodes are; empty if they were deleted
 */
public record Verdict(long seed, List<Promise> promises, Optional<Path> logs) {

    /**
     * One promise.
     *
     * @param name what was promised, in a few words
     * @param checked how many times it was looked at
     * @param violated how many times it was not so
     * @param story the shortest story of the first violation; empty if there is none
     */
    public record Promise(String name, long checked, long violated, List<String> story) {

        /** Whether nothing was found that breaks it; also where there was nothing to look at. */
        public boolean isKept() {
            return violated == 0;
        }
    }

    /** Whether every promise was kept. */
    public boolean isClean() {
        return promises.stream().allMatch(Promise::isKept);
    }

    /** Those that were not kept. */
    public List<Promise> broken() {
        return promises.stream().filter(promise -> !promise.isKept()).toList();
    }
}
