package io.daybook.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FetchSizeTest {

    private static final int LARGEST = Ledger.largestFetch(Runtime.getRuntime().maxMemory());

    private final List<Object> sizes = new ArrayList<>();

    private final ResultSet rows = (ResultSet) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {ResultSet.class}, (proxy, method, a) -> {
                assertThat(method.getName()).isEqualTo("setFetchSize");
                sizes.add(a[0]);
                return null;
            });

    /** As whoever reads more than a page does. */
    private void read(int number, long size) throws SQLException {
        int measured = 0;
        long bytes = 0;
        for (int i = 0; i < number; i++) {
            measured++;
            bytes += size;
            if (Ledger.adaptFetchSize(rows, measured, bytes)) {
                measured = 0;
                bytes = 0;
            }
        }
    }

    @Test
    void small_rows_come_many_at_once_and_never_so_many_that_large_ones_in_their_place_would_not_fit()
            throws Exception {
        read(1_000, 400);
        assertThat(sizes).hasSizeGreaterThan(10).containsOnly(LARGEST);
    }

    @Test
    void the_larger_the_heap_the_more_come_at_once_within_bounds() {
        assertThat(Ledger.largestFetch(64L << 20)).isEqualTo(32);
        assertThat(Ledger.largestFetch(1L << 30)).isEqualTo(128);
        assertThat(Ledger.largestFetch(64L << 30)).isEqualTo(512);
    }

    @Test
    void after_large_rows_come_few_at_once_and_after_small_ones_more_again() throws Exception {
        read(64, 1 << 20);
        read(64, 16 << 20);
        read(64, 400);
        assertThat(sizes).containsExactly(2, 1, LARGEST);
    }
}
