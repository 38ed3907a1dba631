package io.daybook.notifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.LedgerPoint;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartitionTest {

    /** Another consumer thread that has nothing to do would read page after page into its memory. */
    @Test
    void nothing_more_is_read_while_something_waits() {
        Partition partition = new Partition(
                null, 0, 1, new LeaseTable.Taken(1, LedgerPoint.BEGINNING), List.of(), () -> LedgerPoint.BEGINNING);
        assertThat(partition.wantsToRead()).isTrue();
        partition.read(LedgerPoint.BEGINNING, List.of(ReachTest.ENTRY), ReachTest.ENTRY.point());
        assertThat(partition.wantsToRead()).isFalse();
        assertThat(partition.next(1).deliveries()).hasSize(1);
        assertThat(partition.wantsToRead()).isTrue();
    }
}
