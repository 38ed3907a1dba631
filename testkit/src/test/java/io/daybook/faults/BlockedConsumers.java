package io.daybook.faults;

import io.daybook.Daybook;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.event.Receipt;
import io.daybook.notifier.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A process with a small heap in which some consumers do not return while another one goes on, and far more is written than fits into the
 * heap. Says what happened, and ends.
 */
final class BlockedConsumers {

    static final int BLOCKED = 3;

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int VALUE_CHARACTERS = 16_000;
    private static final int EVENTS_PER_UNIT = 50;
    private static final int UNITS_BEFORE = 20;
    private static final int UNITS = 130;

    private BlockedConsumers() {}

    /** Runs once; arguments: url, user, password. */
    public static void main(String[] arguments) throws InterruptedException {
        try (Daybook daybook = Daybook.builder()
                .url(arguments[0])
                .user(arguments[1])
                .password(arguments[2])
                .open()) {
            play(daybook);
        }
        say("end");
    }

    private static void play(Daybook daybook) throws InterruptedException {
        Registration good = daybook.notifier().register("good");
        AtomicLong heard = new AtomicLong();
        try (EventConsumer goesOn =
                Consumers.consume(good, event -> inOrder(heard, event.position().orElseThrow()))) {
            long usual = write(daybook, good, UNITS_BEFORE);
            long heapBefore = usedHeap();

            CountDownLatch goOn = new CountDownLatch(1);
            List<AtomicLong> late = new ArrayList<>();
            List<Registration> blocked = new ArrayList<>();
            List<EventConsumer> consumers = new ArrayList<>();
            for (int number = 0; number < BLOCKED; number++) {
                AtomicLong heardLate = new AtomicLong();
                late.add(heardLate);
                // After it has become live; and each at a place of its own, so that no two of them hold the same
                // events.
                long blocksAt = daybook.head() + (number + 1) * 400L;
                Registration registration = daybook.notifier().register("blocked " + number);
                blocked.add(registration);
                consumers.add(Consumers.consume(registration, event -> {
                    if (event.position().orElseThrow() == blocksAt) {
                        goOn.await();
                    }
                    inOrder(heardLate, event.position().orElseThrow());
                }));
                while (registration.position() < daybook.head()) {
                    Thread.sleep(10);
                }
            }
            long beside = write(daybook, good, UNITS);
            long events = (UNITS_BEFORE + UNITS) * (long) EVENTS_PER_UNIT;
            say("good %d of %d, %d us a unit beside blocked ones, %d us before"
                    .formatted(heard.get(), events, beside, usual));
            say("heap %d kB more, %d MB were written"
                    .formatted((usedHeap() - heapBefore) / 1_024, events * VALUE_CHARACTERS / 1_000_000));
            goOn.countDown();
            for (int number = 0; number < BLOCKED; number++) {
                Registration registration = blocked.get(number);
                AtomicLong heardLate = late.get(number);
                long deadline = System.nanoTime() + LONG.toNanos();
                while (heardLate.get() < events && System.nanoTime() < deadline) {
                    Thread.sleep(10);
                }
                say("late %d of %d, running %b, %s"
                        .formatted(
                                heardLate.get(), events, consumers.get(number).isRunning(), registration.id()));
            }
            consumers.forEach(EventConsumer::close);
            say("alive " + goesOn.isRunning());
        }
    }

    private static void inOrder(AtomicLong last, long position) {
        if (!last.compareAndSet(position - 1, position)) {
            say("out of order %d after %d".formatted(position, last.get()));
        }
    }

    /** How long a unit takes from its first line to the good registration's last, in microseconds; the median. */
    private static long write(Daybook daybook, Registration good, int units) throws InterruptedException {
        List<Long> times = new ArrayList<>();
        String value = "x".repeat(VALUE_CHARACTERS);
        for (int unit = 0; unit < units; unit++) {
            long begin = System.nanoTime();
            Receipt receipt = daybook.transact(tx -> {
                for (int event = 0; event < EVENTS_PER_UNIT; event++) {
                    tx.create("thing", UUID.randomUUID().toString(), Map.of("text", value));
                }
            });
            good.await(receipt, LONG);
            times.add((System.nanoTime() - begin) / 1_000);
        }
        Collections.sort(times);
        return times.get(times.size() / 2);
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static void say(String line) {
        synchronized (BlockedConsumers.class) {
            System.out.println(line);
            System.out.flush();
        }
    }
}
