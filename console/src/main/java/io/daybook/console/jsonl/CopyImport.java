package io.daybook.console.jsonl;

import io.daybook.Daybook;
import io.daybook.ImportRefused;
import io.daybook.Importer;
import io.daybook.ValueTooLarge;
import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Stop;
import io.daybook.event.InvalidEvent;
import io.daybook.transfer.EventCopy;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes an export in, line by line. One use; not thread-safe. */
final class CopyImport {

    /** An importer looks at events some thousand at a time: of so many it may say what is wrong with them. */
    private static final int LINES_REMEMBERED = 10_000;

    private final Daybook daybook;
    private final boolean resume;
    private final Deque<Long> recentLines = new ArrayDeque<>();
    private long lastPosition;
    private long lines;

    CopyImport(Daybook daybook, boolean resume) {
        this.daybook = daybook;
        this.resume = resume;
    }

    /**
     * What it did.
     *
     * @param done empty = it did not come to the end
     * @param bad the line that ended it; null = none did
     */
    record Result(Optional<Importer.Result> done, Batch.@Nullable Problem bad) {}

    Result run(Lines source, Stop stop, JsonlImport.Step step) throws IOException, InterruptedException {
        try (Importer importer = daybook.importer()) {
            if (importer.known() > 0 && !resume) {
                throw new CommandFailed(
                        "This daybook has %s, and the positions of an export are those of a daybook without others. Nothing was written; import into one without events, such as a --schema of its own, or go on with an import that broke off with --resume."
                                .formatted(Messages.count(importer.known(), "event")));
            }
            Lines.Line line = source.next();
            while (line != null) {
                if (stop.isAsked()) {
                    return new Result(Optional.empty(), null);
                }
                if (!Batches.isBlank(line)) {
                    append(importer, line);
                    step.done();
                }
                line = source.next();
            }
            return new Result(Optional.of(importer.finish()), null);
        } catch (ImportRefused e) {
            return bad(lineOf(e.position()), e);
        } catch (InvalidEvent | ValueTooLarge e) {
            return bad(lines, e);
        }
    }

    private void append(Importer importer, Lines.Line line) {
        lines = line.number();
        EventCopy event = CopyParser.parse(line);
        if (event.position() == lastPosition + 1) {
            lastPosition = event.position();
            recentLines.addLast(line.number());
            if (recentLines.size() > LINES_REMEMBERED) {
                recentLines.removeFirst();
            }
        }
        importer.append(event);
    }

    /** The line of that position; the last one if it is not known any more. */
    private long lineOf(long position) {
        long back = lastPosition - position;
        if (back <= 0 || back >= recentLines.size()) {
            return lines;
        }
        return recentLines.stream()
                .skip(recentLines.size() - 1 - back)
                .findFirst()
                .orElse(lines);
    }

    private static Result bad(long line, Exception e) {
        return new Result(Optional.empty(), new Batch.Problem(line, EntryParser.withoutPoint(e)));
    }
}
