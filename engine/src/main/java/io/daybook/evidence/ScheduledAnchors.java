package io.daybook.evidence;

import io.daybook.database.WakeUp;
import io.daybook.ledger.LedgerPoint;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes anchors on one daemon thread, at its own pace, for as long as the daybook is open: one whenever the ledger has grown, and a last
 * one when it is closed. What fails is tried again at the next interval. Thread-safe.
 */
public final class ScheduledAnchors implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ScheduledAnchors.class);

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

    private final Evidence evidence;
    private final AnchorSchedule schedule;
    private final WakeUp wakeUp = new WakeUp();
    private final Thread thread;

    private LedgerPoint written = LedgerPoint.BEGINNING;
    private volatile boolean closed;
    private volatile @Nullable Exception failure;

    public ScheduledAnchors(Evidence evidence, AnchorSchedule schedule) {
        this.evidence = evidence;
        this.schedule = schedule;
        this.thread = new Thread(this::loop, "daybook-anchors");
        this.thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Why no anchor can be written at the moment; empty if one can. */
    public Optional<Exception> failure() {
        return Optional.ofNullable(failure);
    }

    private void loop() {
        boolean last;
        do {
            // Asked before the look, so that nothing that was there at close is missed.
            last = closed;
            try {
                writeIfGrown();
                if (failure != null) {
                    LOG.info("Anchors are written to {} again.", schedule.directory());
                    failure = null;
                }
            } catch (Exception | StackOverflowError | OutOfMemoryError e) {
                report(e);
            }
            try {
                if (!last) {
                    wakeUp.sleep(schedule.interval());
                }
            } catch (InterruptedException e) {
                LOG.debug("The sleep between two anchors was interrupted.");
            }
        } while (!last);
    }

    private void writeIfGrown() {
        LedgerPoint head = evidence.head();
        if (head.position() > 0 && !head.equals(written)) {
            Anchor anchor = evidence.anchor(schedule.key());
            LOG.debug("Wrote {}.", AnchorFiles.write(schedule.directory(), anchor));
            written = anchor.point();
        }
    }

    private void report(Throwable e) {
        if (failure == null) {
            LOG.warn(
                    "No anchor could be written to {}: {}. The next try is in {}.",
                    schedule.directory(),
                    e.getMessage(),
                    schedule.interval(),
                    e);
        } else {
            LOG.debug("Again no anchor could be written to {}.", schedule.directory(), e);
        }
        failure = e instanceof Exception exception ? exception : new IllegalStateException(e);
    }

    /** Writes a last one and stops; waits at most 10 seconds for it. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        wakeUp.wake();
        try {
            thread.join(CLOSE_WITHIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn(
                    "The last anchor is still not written {} s after close; it is given up.", CLOSE_WITHIN.toSeconds());
        }
    }
}
