package io.daybook.bench.jmh;

import io.daybook.ledger.EventRow;
import io.daybook.ledger.LedgerHash;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The hash of one event of the ledger, whose value has about so many characters. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HashBenchmark {

    @Param({"20", "2000"})
    public int characters;

    private final LedgerHash hash = new LedgerHash();
    private final byte[] previous = hash.beginning(new UUID(1, 2));
    private EventRow row = row(1);

    /** Makes the event. */
    @Setup
    public void make() {
        row = row(characters);
    }

    private static EventRow row(int characters) {
        return new EventRow(
                7,
                "order",
                "w1-4711",
                2,
                "UPDATE",
                "status",
                "\"" + "x".repeat(characters) + "\"",
                null,
                Events.TIME,
                Events.TRANSACTION,
                "kim",
                null,
                null,
                null,
                "{\"host\": \"till-7\", \"application\": \"shop\"}",
                new byte[16],
                null,
                null);
    }

    /** One event. */
    @Benchmark
    public byte[] hash() {
        return hash.of(previous, 7, Events.TIME, row);
    }
}
