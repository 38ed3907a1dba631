package io.daybook.console.demo;

import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.EventLines;
import io.daybook.console.shell.Messages;
import io.daybook.event.DaybookException;
import io.daybook.event.Event;
import io.daybook.event.Value;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerEntry;
import io.daybook.redaction.Redaction;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A file with the ledger as JSON lines, each position once, whatever is killed. How: a line is written in one piece and the file ends
 * where the last whole line does; what it holds is told by its last line and by nothing else. So on opening a torn last line is cut
 * off, what the cursor passed and the file lacks is fetched from the ledger, and what is delivered again is skipped by its position.
 *
 * <p>Not thread-safe: opened and caught up by one thread, then written by the consumer's.
 */
final class Feed implements AutoCloseable {

    private static final int TAIL_BLOCK = 64 << 10;

    private final Path file;
    private final FileChannel channel;
    private final Redaction redaction;
    private long length;
    private long position;

    private Feed(Path file, FileChannel channel, Redaction redaction) {
        this.file = file;
        this.channel = channel;
        this.redaction = redaction;
    }

    /**
     * Opens the file, makes it whole, and fetches what it lacks.
     *
     * @param redaction what is left out of the lines
     * @param cursor of the registration: up to here the feed was told everything
     * @throws CommandFailed if another demo writes it, or it is of another daybook
     */
    static Feed open(Path file, Ledger ledger, Redaction redaction, long cursor) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        try {
            if (channel.tryLock() == null) {
                throw new CommandFailed(
                        "Another demo writes %s. Stop it, or write another file with --feed.".formatted(file));
            }
            Feed feed = new Feed(file, channel, redaction);
            feed.makeWhole(ledger);
            LedgerWalk.through(ledger, feed.position, cursor, feed::add);
            return feed;
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    private void makeWhole(Ledger ledger) throws IOException {
        length = endOfLastLine(channel.size());
        channel.truncate(length);
        if (length == 0) {
            return;
        }
        long begin = endOfLastLine(length - 1);
        ByteBuffer bytes = ByteBuffer.allocate((int) (length - 1 - begin));
        readFully(bytes, begin);
        String last = new String(bytes.array(), StandardCharsets.UTF_8);
        position = positionOf(last);
        if (position < 1 || !isInLedger(last, ledger)) {
            throw new CommandFailed(
                    "%s ends with a line that the ledger of this daybook does not have: it is of another daybook. Move it away, or write another file with --feed."
                            .formatted(file));
        }
    }

    /** As it is written now, or as it was before something in it was declared sensitive. */
    private boolean isInLedger(String line, Ledger ledger) {
        List<LedgerEntry> entries = ledger.point(position - 1)
                .map(before -> ledger.after(before, 1, "The demo"))
                .orElse(List.of());
        if (entries.isEmpty()) {
            return false;
        }
        Event event = entries.get(0).event();
        return line.equals(EventLines.json(event, redaction)) || line.equals(EventLines.json(event, Redaction.none()));
    }

    /** The place behind the last line feed before {@code end}; 0 if there is none. */
    private long endOfLastLine(long end) throws IOException {
        long until = end;
        while (until > 0) {
            long from = Math.max(0, until - TAIL_BLOCK);
            ByteBuffer block = ByteBuffer.allocate((int) (until - from));
            readFully(block, from);
            for (int i = block.capacity() - 1; i >= 0; i--) {
                if (block.get(i) == '\n') {
                    return from + i + 1;
                }
            }
            until = from;
        }
        return 0;
    }

    private void readFully(ByteBuffer bytes, long from) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, from + bytes.position()) < 0) {
                throw new IOException("%s became shorter while it was read".formatted(file));
            }
        }
    }

    private static long positionOf(String line) {
        try {
            Value position = Value.ofJson(line).members().get("position");
            return position == null ? 0 : position.as(Long.class);
        } catch (DaybookException e) {
            return 0;
        }
    }

    /** Appends that event, unless it is there. */
    void add(Event event) throws IOException {
        long next = event.position().orElseThrow();
        if (next <= position) {
            return;
        }
        if (next != position + 1) {
            throw new IOException("%s ends at position %d, and position %d came".formatted(file, position, next));
        }
        ByteBuffer line = ByteBuffer.wrap((EventLines.json(event, redaction) + "\n").getBytes(StandardCharsets.UTF_8));
        long end = length;
        try {
            while (line.hasRemaining()) {
                end += channel.write(line, end);
            }
        } catch (IOException e) {
            channel.truncate(length);
            throw e;
        }
        length = end;
        position = next;
    }

    /**
     * Reads the whole file again, as somebody else would.
     *
     * @return how many lines it has, if they are the positions from 1 on, each once; else -1
     */
    long check() throws IOException {
        long lines = 0;
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            String line = reader.readLine();
            while (line != null) {
                lines++;
                if (!line.startsWith("{\"position\":" + lines + ",")) {
                    return -1;
                }
                line = reader.readLine();
            }
        }
        return lines;
    }

    /** Where it is, for messages. */
    String name() {
        return Messages.shown(file.toString());
    }

    @Override
    public void close() throws IOException {
        channel.force(true);
        channel.close();
    }
}
