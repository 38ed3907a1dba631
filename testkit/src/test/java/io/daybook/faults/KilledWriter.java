package io.daybook.faults;

import io.daybook.Daybook;
import io.daybook.consumers.Consumers;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.notifier.Registration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A process that appends as fast as it can and says what was acknowledged, and what it heard, until it is killed. */
final class KilledWriter {

    private static final int THREADS = 4;

    private KilledWriter() {}

    /** Runs until it is killed; arguments: url, user, password, seed. */
    public static void main(String[] arguments) throws InterruptedException {
        SlowDisk.register();
        Daybook daybook = Daybook.builder()
                .url(arguments[0])
                .user(arguments[1])
                .password(arguments[2])
                .open();
        long seed = Long.parseLong(arguments[3]);
        Registration ears = daybook.notifier().register();
        Consumers.consume(
                ears,
                event -> say("heard %d %d %d"
                        .formatted(
                                event.position().orElseThrow(),
                                event.version(),
                                event.recordedAt().orElseThrow().toEpochMilli())));
        List<Thread> threads = new ArrayList<>();
        for (int writer = 0; writer < THREADS; writer++) {
            Random random = new Random(seed * 100 + writer);
            Thread thread = new Thread(() -> write(daybook, random));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void write(Daybook daybook, Random random) {
        while (true) {
            Receipt receipt = daybook.transact(tx -> {
                int changes = 1 + random.nextInt(3);
                for (int change = 0; change < changes; change++) {
                    tx.record("thing", "t" + random.nextInt(20), Operation.of("TOUCH"), change);
                }
            });
            StringBuilder line = new StringBuilder("ack");
            receipt.events().forEach(event -> line.append(' ').append(event.eventId()));
            say(line.toString());
        }
    }

    /** One write per line: a line that arrived was acknowledged, or heard, whole. */
    private static void say(String line) {
        synchronized (KilledWriter.class) {
            System.out.println(line);
            System.out.flush();
        }
    }
}
