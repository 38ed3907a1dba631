package io.daybook.bench.jmh;

import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.Topic;
import java.lang.invoke.MethodHandle;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Who hears an event: each of so many registrations wants one of a hundred entity types, so that one in a hundred does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TopicIndexBenchmark {

    private static final Inside INDEX = Inside.of("io.daybook.notifier.TopicIndex");
    private static final MethodHandle NEW = INDEX.constructor();
    private static final MethodHandle ADD = INDEX.method("add", void.class, Object.class, Collection.class);
    private static final MethodHandle LISTENERS = INDEX.method("listeners", Collection.class, Event.class);
    private static final int TYPES = 100;

    @Param({"1", "100", "10000"})
    public int registrations;

    private Object index = this;
    private Event event = Events.of(EntityRef.of("type_7", "e-1"), 2);

    /** Registers them. */
    @Setup
    public void register() throws Throwable {
        index = NEW.invokeExact();
        for (int i = 0; i < registrations; i++) {
            ADD.invokeExact(
                    index, (Object) Integer.valueOf(i), (Collection<?>) List.of(Topic.of("type_" + (i + 7) % TYPES)));
        }
        event = Events.of(EntityRef.of("type_7", "e-1"), 2);
    }

    /** One event. */
    @Benchmark
    public Collection<?> match() throws Throwable {
        return (Collection<?>) LISTENERS.invokeExact(index, event);
    }
}
