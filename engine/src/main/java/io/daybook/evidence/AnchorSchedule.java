package io.daybook.evidence;

import java.nio.file.Path;
import java.time.Duration;

/**
 * When and where a running daybook writes anchors: {@code AnchorSchedule.every(Duration.ofMinutes(10)).to(directory).signedWith(key)}.
 *
 * @param interval how long to wait between two looks; an anchor is written where the ledger has grown
 * @param directory made if it is missing; another one for each node and each daybook
 * @param key what they are signed with
 */
public record AnchorSchedule(Duration interval, Path directory, AnchorKey key) {

    /** Refuses what makes no sense. @throws IllegalArgumentException if the interval is not longer than zero */
    public AnchorSchedule {
        if (interval.isZero() || interval.isNegative()) {
            throw new IllegalArgumentException(
                    "An interval of %s between anchors makes no sense. Set it to more than zero.".formatted(interval));
        }
    }

    /** That often; still to be told where to. */
    public static Every every(Duration interval) {
        return new Every(interval);
    }

    /**
     * An interval.
     *
     * @param interval between two looks
     */
    public record Every(Duration interval) {
        /** To that directory; still to be told which key. */
        public To to(Path directory) {
            return new To(interval, directory);
        }
    }

    /**
     * An interval and a directory.
     *
     * @param interval between two looks
     * @param directory where to
     */
    public record To(Duration interval, Path directory) {
        /** Signed with that key. @throws IllegalArgumentException if the interval is not longer than zero */
        public AnchorSchedule signedWith(AnchorKey key) {
            return new AnchorSchedule(interval, directory, key);
        }
    }
}
