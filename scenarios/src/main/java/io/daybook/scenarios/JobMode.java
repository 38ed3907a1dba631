package io.daybook.scenarios;

/** Who runs the functions of jobs. */
public sealed interface JobMode {

    /**
     * The thread that submits, writes or unlocks, before its call returns: one after the other, for development and tests, in one
     * process. The default.
     */
    static JobMode development() {
        return new Development();
    }

    /**
     * Threads of this process, and of every other one that has a pool on the same daybook: each job is claimed by one of them.
     *
     * @param threads how many jobs run here at once, 1 to 1,000
     */
    static JobMode pool(int threads) {
        return new Pool(threads);
    }

    /** See {@link #development()}. */
    record Development() implements JobMode {}

    /** See {@link #pool}. */
    record Pool(int threads) implements JobMode {

        /** Refuses what makes no sense. */
        public Pool {
            if (threads < 1 || threads > 1_000) {
                throw new IllegalArgumentException("A pool has 1 to 1000 threads, found %d.".formatted(threads));
            }
        }
    }
}
