package io.daybook.notifier;

import io.daybook.event.DaybookException;

/**
 * Another node delivers the partition now, an operator moved its cursor, or the database was set back under it. The transaction was rolled
 * back, and nothing is lost.
 */
public final class OwnershipLost extends DaybookException {

    private static final long serialVersionUID = 1L;

    OwnershipLost(String registration, int partition, long epoch) {
        super(
                "Partition %d of registration %s is not this node's any more (epoch %d). What it did was rolled back; its new owner does it, so just go on polling."
                        .formatted(partition, registration, epoch));
    }
}
