package io.daybook.faults;

import io.daybook.database.Database;
import io.daybook.sequencer.RoundStep;
import io.daybook.sequencer.Sequencer;
import java.util.concurrent.CountDownLatch;

/** A node that says when it is in the middle of a round and waits there to be frozen. */
final class FrozenRound {

    private FrozenRound() {}

    /** Runs until it is killed; arguments: url, user, password, step. */
    public static void main(String[] arguments) throws InterruptedException {
        RoundStep where = RoundStep.valueOf(arguments[3]);
        CountDownLatch never = new CountDownLatch(1);
        Database database = Database.open(arguments[0], arguments[1], arguments[2], 4, "daybook");
        Sequencer sequencer = new Sequencer(database, head -> {}, Sequencer.BOUND, Sequencer.AUDIT_INTERVAL, step -> {
            if (step == where) {
                System.out.println("in the middle of a round");
                System.out.flush();
                stayFor(never, 20);
            }
        });
        sequencer.start();
        never.await();
    }

    /** Long enough to be stopped there, and to go on as if nothing had happened when continued. */
    private static void stayFor(CountDownLatch never, int seconds) {
        try {
            if (never.await(seconds, java.util.concurrent.TimeUnit.SECONDS)) {
                throw new IllegalStateException("never is now");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
