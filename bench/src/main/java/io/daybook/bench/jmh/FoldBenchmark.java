package io.daybook.bench.jmh;

import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The state of an entity from so many of its events, which are in the heap already. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FoldBenchmark {

    private static final Inside FOLD = Inside.of("io.daybook.history.EntityState$Fold");
    private static final MethodHandle NEW = FOLD.constructor();
    private static final MethodHandle ADD = FOLD.method("add", void.class, Event.class);
    private static final MethodHandle RESULT = FOLD.method("result", Optional.class, EntityRef.class);
    private static final EntityRef ENTITY = EntityRef.of("order", "o-1");

    @Param({"10", "1000"})
    public int events;

    private List<Event> history = List.of();

    /** Makes the events. */
    @Setup
    public void make() {
        history = IntStream.rangeClosed(1, events)
                .mapToObj(version -> Events.of(ENTITY, version))
                .toList();
    }

    /** All of them. */
    @Benchmark
    public Optional<?> fold() throws Throwable {
        Object fold = NEW.invokeExact();
        for (Event event : history) {
            ADD.invokeExact(fold, event);
        }
        return (Optional<?>) RESULT.invokeExact(fold, ENTITY);
    }
}
