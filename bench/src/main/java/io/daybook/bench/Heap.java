package io.daybook.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;

/**
 * Heap of this process, in which Daybook, its applications and the plain writers beside it all live; the server is another process.
 *
 * @param used bytes after a collection
 * @param peak bytes at the highest, garbage included; the peaks of the pools together, so the truth may be a little less
 */
record Heap(long used, long peak) {

    /** From now on the peak is a new one. */
    static void reset() {
        pools().forEach(MemoryPoolMXBean::resetPeakUsage);
    }

    /** Since the last {@link #reset()}. */
    static Heap now() {
        long peak = pools().stream()
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
        System.gc();
        return new Heap(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), peak);
    }

    private static List<MemoryPoolMXBean> pools() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
    }
}
