package io.daybook.faults;

import io.daybook.Daybook;
import io.daybook.event.Topic;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Registration;
import java.time.Duration;
import java.util.Optional;

/** A process that shares a registration, and says what it has of it, until it is killed. */
final class SharingNode {

    private SharingNode() {}

    /** Runs until it is killed; arguments: url, name of the registration. */
    public static void main(String[] arguments) throws InterruptedException {
        Daybook daybook = Daybook.builder().url(arguments[0]).open();
        Registration registration = daybook.notifier().register(arguments[1], Topic.of("thing"));
        while (true) {
            Optional<Delivery> delivery = registration.poll(Duration.ofMillis(100));
            delivery.ifPresent(Delivery::done);
            System.out.println("owns " + registration.ownPartitions().size());
        }
    }
}
