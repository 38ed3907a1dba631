package io.daybook.testkit.torture;

import java.util.List;
import java.util.Optional;

/**
 * How a wrong fold of versions came about, as far as one mishap explains it: some neighbours had twice in a row, or not at all.
 *
 * @param versions of the entity, as they are in the ledger
 * @param from index of the first one that was had twice or not at all
 * @param to index of the last one of them
 * @param twice had twice; else not at all
 */
record FoldStory(List<Long> versions, int from, int to, boolean twice) {

    /** The shortest explanation of that fold; empty if there is none. */
    static Optional<FoldStory> of(List<Long> versions, long fold) {
        for (int length = 1; length <= versions.size(); length++) {
            for (int from = 0; from + length <= versions.size(); from++) {
                int to = from + length - 1;
                for (boolean twice : new boolean[] {true, false}) {
                    FoldStory story = new FoldStory(versions, from, to, twice);
                    if (story.fold() == fold) {
                        return Optional.of(story);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private long fold() {
        long fold = 0;
        for (long version : versions.subList(0, from)) {
            fold = Schedule.fold(fold, version);
        }
        for (int times = 0; times < (twice ? 2 : 0); times++) {
            for (long version : versions.subList(from, to + 1)) {
                fold = Schedule.fold(fold, version);
            }
        }
        for (long version : versions.subList(to + 1, versions.size())) {
            fold = Schedule.fold(fold, version);
        }
        return fold;
    }

    @Override
    public String toString() {
        String which = from == to
                ? "version %d is had".formatted(versions.get(from))
                : "versions %d to %d are had".formatted(versions.get(from), versions.get(to));
        return which + (twice ? " twice" : " not at all");
    }
}
