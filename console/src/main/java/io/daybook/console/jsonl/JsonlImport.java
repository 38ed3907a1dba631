package io.daybook.console.jsonl;

import io.daybook.Daybook;
import io.daybook.EntityDeleted;
import io.daybook.EntityExists;
import io.daybook.EntityNotFound;
import io.daybook.UnitOfWork;
import io.daybook.ValueTooLarge;
import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.Patience;
import io.daybook.console.shell.Stop;
import io.daybook.event.DaybookException;
import io.daybook.event.EntityRef;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Receipt;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Appends the units of work of a file, in order. One use; not thread-safe. */
final class JsonlImport {

    /** What to do about a bad line. */
    enum OnError {
        STOP,
        SKIP
    }

    /** Told about each bad line, before the import stops or goes on. */
    interface BadLines {
        void bad(Batch.Problem problem, long firstLineOfUnit);
    }

    /** Told how far it is. */
    interface Step {
        void done();
    }

    private static final Duration POSITION_WITHIN = Duration.ofMinutes(10);

    private final Daybook daybook;
    private final String source;
    private final boolean resume;
    private final OnError onError;
    private final BadLines badLines;

    private long units;
    private long events;
    private long known;
    private long leftOut;
    private boolean stopped;
    private @Nullable Receipt last;

    JsonlImport(Daybook daybook, String source, boolean resume, OnError onError, BadLines badLines) {
        this.daybook = daybook;
        this.source = source;
        this.resume = resume;
        this.onError = onError;
        this.badLines = badLines;
    }

    /**
     * What it did.
     *
     * @param units appended now
     * @param events in them
     * @param known units that were there already
     * @param leftOut units that have a bad line
     * @param stopped whether it was asked to stop before the end
     */
    record Result(long units, long events, long known, long leftOut, boolean stopped) {}

    Result run(Batches batches, Stop stop, Step step) throws IOException, InterruptedException {
        Batch batch = batches.next();
        boolean goOn = true;
        while (batch != null && goOn) {
            if (stop.isAsked()) {
                stopped = true;
                break;
            }
            goOn = take(batch);
            step.done();
            batch = goOn ? batches.next() : null;
        }
        if (last != null) {
            daybook.await(last, POSITION_WITHIN);
        }
        return new Result(units, events, known, leftOut, stopped);
    }

    /** Appends or reports it, and answers whether to go on. */
    private boolean take(Batch batch) {
        Batch.Problem problem = batch.problem();
        if (problem == null) {
            problem = append(batch);
        }
        if (problem == null) {
            return true;
        }
        leftOut++;
        badLines.bad(problem, batch.firstLine());
        return onError == OnError.SKIP;
    }

    private Batch.@Nullable Problem append(Batch batch) {
        String key = batch.key(source);
        AtomicInteger tries = new AtomicInteger();
        try {
            Receipt receipt = Patience.with(() -> {
                tries.incrementAndGet();
                return unitOfWork(batch, key).transact(tx -> batch.changes().forEach(tx::append));
            });
            boolean before = receipt.repeated() && tries.get() == 1;
            if (before) {
                refuseUnlessResuming(batch);
            }
            Batch.Problem difference = receipt.repeated() ? batch.differenceTo(receipt.events()) : null;
            if (difference != null) {
                return difference;
            }
            if (before) {
                known++;
            } else {
                units++;
                events += receipt.events().size();
                last = receipt;
            }
            return null;
        } catch (InvalidEvent e) {
            return new Batch.Problem(batch.firstLine(), EntryParser.withoutPoint(e));
        } catch (ValueTooLarge e) {
            return refused(batch, e.entity(), e);
        } catch (EntityExists e) {
            return refused(batch, e.entity(), e);
        } catch (EntityNotFound e) {
            return refused(batch, e.entity(), e);
        } catch (EntityDeleted e) {
            return refused(batch, e.entity(), e);
        }
    }

    private static Batch.Problem refused(Batch batch, EntityRef entity, DaybookException e) {
        return new Batch.Problem(batch.lineOf(entity), EntryParser.withoutPoint(e));
    }

    private UnitOfWork unitOfWork(Batch batch, String key) {
        UnitOfWork unit = daybook.once(key);
        String actor = batch.actor();
        String reason = batch.reason();
        String correlationId = batch.correlationId();
        unit = actor == null ? unit : unit.as(actor);
        unit = reason == null ? unit : unit.because(reason);
        return correlationId == null ? unit : unit.correlatedWith(correlationId);
    }

    private void refuseUnlessResuming(Batch batch) {
        if (!resume) {
            throw new CommandFailed(
                    "Line %d of \"%s\" was imported before. Go on behind what is there with --resume; if this is another file of the same name, tell them apart with --source <name>."
                            .formatted(batch.firstLine(), source));
        }
    }
}
