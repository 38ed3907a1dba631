package io.daybook.sequencer;

import io.daybook.database.Database;
import io.daybook.database.SqlStates;
import io.daybook.database.WakeUp;
import io.daybook.ledger.Numbered;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each committed event its place in the ledger, on one daemon thread, for as long as the daybook is open. Polls, longer
 * and longer while there is nothing to do; {@link #wake} shortens a sleep. Several nodes may run one each on the same database:
 * a fence lets one round run at a time. Thread-safe.
 */
public final class Sequencer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Sequencer.class);

    /** Most events that one round numbers; a larger commit is numbered in pieces. */
    public static final int BOUND = 10_000;

    private static final Duration SHORTEST_SLEEP = Duration.ofMillis(10);
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(1);

    /**
     * A round costs as much as some dozens of small appends, whether it numbers one event or fifty. So while events come in fast
     * it waits for a few more, the longer the more the last round found; when they come one by one it hardly waits, and when
     * there are so many that the round's own cost does not count, not at all.
     */
    private static final Duration GATHERING_PER_EVENT = Duration.ofNanos(500_000);

    private static final Duration LONGEST_GATHERING = Duration.ofMillis(10);

    /**
     * Where events pour in, by the thousands in a second, a round that waits longer takes less from those who append. What is waited
     * for so is little beside the time that so many events take anyway.
     */
    private static final Duration GATHERING_PER_EVENT_OF_MANY = Duration.ofNanos(50_000);

    private static final Duration LONGEST_GATHERING_OF_MANY = Duration.ofMillis(40);
    private static final int NOTHING_TO_GATHER_FROM = 2_000;

    private static final Duration LONGEST_SLEEP_AFTER_FAILURE = Duration.ofSeconds(10);
    /** How often a few of the older events are compared with the ledger. */
    public static final Duration AUDIT_INTERVAL = Duration.ofMinutes(1);

    /** How long somebody else may hold the fence without the ledger growing. */
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

    private final Round round;
    private final Consumer<Optional<Numbered>> afterRound;
    private final Duration auditInterval;
    private final WakeUp wakeUp = new WakeUp();
    private final Thread thread;

    private volatile boolean closed;
    private volatile @Nullable Exception failure;

    private long lastAudit = System.nanoTime();

    /**
     * A sequencer that begins with {@link #start}.
     *
     * @param afterRound told after each round that numbered something, in the sequencer's thread: what that was, or empty where it is to be read
     */
    public Sequencer(Database database, Consumer<Optional<Numbered>> afterRound) {
        this(database, afterRound, BOUND, AUDIT_INTERVAL, RoundStep.Bystander.NOBODY);
    }

    /** For tests: with a bound and an interval of its own, and somebody who may crash a round. */
    public Sequencer(
            Database database,
            Consumer<Optional<Numbered>> afterRound,
            int bound,
            Duration auditInterval,
            RoundStep.Bystander bystander) {
        this.auditInterval = auditInterval;
        this.round = database.isPostgresql()
                ? new PostgresqlRound(database, bound, bystander)
                : new H2Round(database, bound, bystander);
        this.afterRound = afterRound;
        this.thread = new Thread(this::loop, "daybook-sequencer");
        this.thread.setDaemon(true);
    }

    /** Takes back what a process that was killed left and that could mislead an append or a round; to be called before both. */
    public void prepare() {
        try {
            round.prepare();
        } catch (SQLException e) {
            LOG.warn("Could not look for what a killed process left, the next round does: {}.", SqlStates.message(e));
        }
    }

    public void start() {
        thread.start();
    }

    /** Tells that something may have been committed. */
    public void wake() {
        wakeUp.wake();
    }

    /** Why rounds fail at the moment; null = they do not. */
    public @Nullable Exception failure() {
        return failure;
    }

    private void loop() {
        Duration sleep = Duration.ZERO;
        Duration pause = Duration.ZERO;
        long busySince = 0;
        while (!closed) {
            int numbered = 0;
            try {
                RoundResult result = step(sleep.isZero());
                pause = Duration.ZERO;
                if (failure != null) {
                    LOG.info("The sequencer runs again.");
                    failure = null;
                }
                if (result.busy()) {
                    busySince = busySince == 0 ? System.nanoTime() : busySince;
                    if (System.nanoTime() - busySince > PATIENCE.toNanos()) {
                        round.evictIdleHolder();
                        busySince = 0;
                    }
                } else {
                    busySince = 0;
                }
                if (result.more() || result.numbered() >= NOTHING_TO_GATHER_FROM) {
                    sleep = Duration.ZERO;
                    continue;
                }
                numbered = result.numbered();
                sleep = WakeUp.longer(numbered > 0 ? Duration.ZERO : sleep, SHORTEST_SLEEP, LONGEST_SLEEP);
            } catch (Exception | StackOverflowError | OutOfMemoryError e) {
                pause = WakeUp.longer(pause, SHORTEST_SLEEP, LONGEST_SLEEP_AFTER_FAILURE);
                report(e, pause);
                sleep = pause;
            }
            try {
                gather(numbered);
                if (wakeUp.sleep(sleep) && pause.isZero()) {
                    sleep = Duration.ZERO;
                }
            } catch (InterruptedException e) {
                // Whoever interrupts may want an end of it: only close() has one, and the flag says so.
                LOG.debug("The sequencer's sleep was interrupted.");
            }
        }
        lastRound();
    }

    private void gather(int numbered) throws InterruptedException {
        if (!closed) {
            TimeUnit.NANOSECONDS.sleep(gathering(numbered).toNanos());
        }
    }

    /** How long to wait for more after a round that numbered so many. */
    static Duration gathering(int numbered) {
        if (numbered >= NOTHING_TO_GATHER_FROM) {
            return Duration.ZERO;
        }
        Duration few = atMost(LONGEST_GATHERING, GATHERING_PER_EVENT.multipliedBy(numbered));
        Duration many = atMost(LONGEST_GATHERING_OF_MANY, GATHERING_PER_EVENT_OF_MANY.multipliedBy(numbered));
        return few.compareTo(many) > 0 ? few : many;
    }

    private static Duration atMost(Duration longest, Duration duration) {
        return duration.compareTo(longest) < 0 ? duration : longest;
    }

    private void report(Throwable e, Duration pause) {
        if (closed) {
            return;
        }
        Exception now = e instanceof Exception exception ? exception : new IllegalStateException(e);
        if (failure == null) {
            LOG.warn(
                    "A round of the sequencer failed: {}. Events stay durable and get their positions later; next try in {} ms.",
                    e.getMessage(),
                    pause.toMillis(),
                    e);
        } else {
            LOG.debug("The sequencer failed again, next try in {} ms.", pause.toMillis(), e);
        }
        failure = now;
    }

    /** @param hot whether something was just done or told, so that a look before the round would be wasted */
    private RoundResult step(boolean hot) throws SQLException {
        if (!hot && !round.isDue()) {
            return auditIfTime();
        }
        return told(round.run());
    }

    /** Now and then a few of the older events are compared with the ledger: what came in behind our back is found so. */
    private RoundResult auditIfTime() throws SQLException {
        if (System.nanoTime() - lastAudit < auditInterval.toNanos()) {
            return RoundResult.NOTHING;
        }
        lastAudit = System.nanoTime();
        if (!round.audit()) {
            return RoundResult.NOTHING;
        }
        LOG.warn(
                "Found events without position that no round will see (a bulk load, a copy); comparing everything now.");
        return told(round.sweep());
    }

    private RoundResult told(RoundResult result) {
        if (result.numbered() > 0) {
            afterRound.accept(Optional.ofNullable(result.events()));
        }
        return result;
    }

    /**
     * Ends the thread after a last round, so that what was committed before has its place. The thread runs that round itself:
     * nobody else could tell a thread that has just ended from one that never began.
     */
    @Override
    public void close() {
        closed = true;
        wakeUp.wake();
        try {
            thread.join(CLOSE_WITHIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn("A round of the sequencer is still running after close; it ends with its connection.");
        }
    }

    private void lastRound() {
        try {
            while (told(round.run()).more()) {
                LOG.debug("The last round of the sequencer goes on.");
            }
        } catch (SQLException | RuntimeException e) {
            LOG.warn(
                    "The last round of the sequencer failed: {}. The next node to open this daybook goes on.",
                    Objects.toString(e.getMessage()));
        }
    }
}
