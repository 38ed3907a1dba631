package io.daybook.sequencer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a round on PostgreSQL leaves on its last ledger row for the next one: {@code <cluster> <snapshot> <floor>}, and while a
 * large commit is numbered in pieces also {@code <target> <after>}. Only an accelerator: without it, or in another cluster, a
 * round compares everything.
 *
 * @param cluster system identifier of the cluster whose transaction ids these are
 * @param snapshot what was visible then ({@code pg_current_snapshot()}): xmin:xmax:xip
 * @param floor event ids up to here may have been numbered before whatever their transaction id says (a sweep numbered them)
 * @param target in the middle of a window: the snapshot that ends it; null = the window is done
 * @param after in the middle of a window: the last event id that was numbered; 0 = the window is done
 */
record RoundSnapshot(
        String cluster,
        String snapshot,
        long floor,
        @Nullable String target,
        long after) {

    static RoundSnapshot done(String cluster, String snapshot, long floor) {
        return new RoundSnapshot(cluster, snapshot, floor, null, 0);
    }

    RoundSnapshot piece(String newTarget, long newAfter) {
        return new RoundSnapshot(cluster, snapshot, floor, newTarget, newAfter);
    }

    static @Nullable RoundSnapshot parse(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String[] parts = text.split(" ", -1);
        return parts.length == 3
                ? done(parts[0], parts[1], Long.parseLong(parts[2]))
                : new RoundSnapshot(parts[0], parts[1], Long.parseLong(parts[2]), parts[3], Long.parseLong(parts[4]));
    }

    String text() {
        String done = cluster + " " + snapshot + " " + floor;
        return target == null ? done : done + " " + target + " " + after;
    }

    boolean isPiece() {
        return target != null;
    }

    /** The first transaction id that had not begun. */
    long xmax() {
        return Long.parseLong(snapshot.split(":", -1)[1]);
    }

    /** The transactions before it that were still under way. */
    Long[] underWay() {
        String list = snapshot.split(":", -1)[2];
        return list.isEmpty()
                ? new Long[0]
                : Arrays.stream(list.split(",", -1)).map(Long::valueOf).toArray(Long[]::new);
    }
}
