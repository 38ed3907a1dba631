package io.daybook.console.export;

import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.Messages;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Value;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The file that an export goes to, and a small one beside it, of the same name and {@code .export}, which says what the export is of: the
 * daybook, the format, the filter and what is hidden. So an export that broke off, or that shall have what came since, is only gone on with as it began.
 * No part of a name comes from what is exported.
 */
final class ExportFile implements AutoCloseable {

    private static final int BUFFER = 256 << 10;

    private static final long LONGEST_BESIDE = 1 << 20;

    private static final List<String> SAYS = List.of("daybook", "format", "filter");

    /** Longer than any record: two values of 1 MiB each with every character escaped, twice over. */
    private static final long LONGEST_RECORD = 64 << 20;

    private final Path file;
    private final FileChannel channel;
    private final OutputStream out;
    private final @Nullable String lastRecord;

    private ExportFile(Path file, FileChannel channel, @Nullable String lastRecord) {
        this.file = file;
        this.channel = channel;
        this.out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
        this.lastRecord = lastRecord;
    }

    /** What to do about a file that is there. */
    enum IfThere {
        REFUSE,
        OVERWRITE,
        RESUME
    }

    /**
     * Opens it, with the header written.
     *
     * @param name as the operator typed it
     * @param about what the export is of
     */
    static ExportFile open(String name, Format format, String about, IfThere ifThere) {
        Path file = path(name);
        Path beside = file.resolveSibling(file.getFileName() + ".export");
        refuseUnlessFile(file);
        boolean isThere = Files.exists(file);
        if (isThere && ifThere == IfThere.REFUSE) {
            throw new CommandFailed(
                    "%s is there already. Go on with it with --resume, write it anew with --overwrite, or name another file."
                            .formatted(file));
        }
        boolean resume = isThere && ifThere == IfThere.RESUME;
        try {
            if (resume) {
                refuseUnlessSame(file, beside, about);
                return open(file, format, true);
            }
            refuseUnlessOurs(beside);
            ExportFile opened = open(file, format, false);
            opened.sayBeside(beside, about);
            return opened;
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static Path path(String name) {
        try {
            Path path = Path.of(name);
            if (name.isEmpty() || path.getFileName() == null) {
                throw new CommandFailed("\"%s\" is no name of a file.".formatted(name), ExitCode.USAGE, null);
            }
            return path;
        } catch (InvalidPathException e) {
            throw new CommandFailed(
                    "\"%s\" is no name of a file: %s.".formatted(Messages.shown(name), e.getReason()),
                    ExitCode.USAGE,
                    e);
        }
    }

    private static void refuseUnlessFile(Path file) {
        if (Files.isDirectory(file)) {
            throw new CommandFailed("%s is a directory. Name a file in it.".formatted(file));
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new CommandFailed(
                    "%s is no regular file. Leave --to out, and redirect the output there.".formatted(file));
        }
    }

    private static void refuseUnlessSame(Path file, Path beside, String about) throws IOException {
        if (!Files.exists(beside)) {
            throw new CommandFailed("%s is missing, which says what %s is an export of. Write it anew with --overwrite."
                    .formatted(beside, file));
        }
        String before = Files.readString(beside).strip();
        if (!before.equals(about)) {
            throw new CommandFailed(
                    "%s was begun as another export. Nothing was written; give the same daybook, format, filter and sensitive attributes, or --overwrite. It was begun as %s, and now it is %s."
                            .formatted(file, Messages.shown(before), Messages.shown(about)));
        }
    }

    private static void refuseUnlessOurs(Path beside) throws IOException {
        if (Files.exists(beside, LinkOption.NOFOLLOW_LINKS) && !isOurs(beside)) {
            throw new CommandFailed(
                    "%s is there already, and no export wrote it. Nothing was written; name another file, or move that one away."
                            .formatted(beside));
        }
    }

    private static boolean isOurs(Path beside) throws IOException {
        if (!Files.isRegularFile(beside) || Files.size(beside) > LONGEST_BESIDE) {
            return false;
        }
        try {
            Value says = Value.ofJson(new String(Files.readAllBytes(beside), StandardCharsets.UTF_8));
            return says.isObject() && says.members().keySet().containsAll(SAYS);
        } catch (InvalidEvent e) {
            return false;
        }
    }

    /**
     * Only once what was in the file is gone, and as a whole: a file that was killed between the two is empty, and no part of one export
     * is ever taken for another.
     */
    private void sayBeside(Path beside, String about) throws IOException {
        Path half = beside.resolveSibling(beside.getFileName() + ".half");
        try {
            Files.writeString(half, about + "\n");
            Files.move(half, beside, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static ExportFile open(Path file, Format format, boolean resume) throws IOException {
        Whole whole = resume ? whole(file, format.isQuoted()) : new Whole(0, 0);
        // Read before anything is cut: whoever named the wrong file loses nothing of it.
        String last = whole.end() == 0 ? null : read(file, whole);
        boolean headerOnly = last != null && last.equals(format.header());
        if (last != null && !headerOnly && format.position(last).isEmpty()) {
            throw notOurs(file);
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            channel.truncate(whole.end());
            channel.position(whole.end());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        ExportFile opened = new ExportFile(file, channel, headerOnly ? null : last);
        if (whole.end() == 0) {
            opened.write(format.header());
        }
        return opened;
    }

    static CommandFailed notOurs(Path file) {
        return new CommandFailed(
                "The last whole line of %s is not what this daybook has there: the file was changed, or the database was restored from a backup. Nothing was written; write it anew with --overwrite."
                        .formatted(file));
    }

    /** The whole records of a file: where the last one begins, and where it ends. */
    private record Whole(long lastBegin, long end) {}

    private static Whole whole(Path file, boolean quoted) throws IOException {
        long begin = 0;
        long end = 0;
        long at = 0;
        boolean inQuotes = false;
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                for (int i = 0; i < read; i++) {
                    at++;
                    if (quoted && buffer[i] == '"') {
                        inQuotes = !inQuotes;
                    } else if (buffer[i] == '\n' && !inQuotes) {
                        begin = end;
                        end = at;
                    }
                }
            }
        }
        return new Whole(begin, end);
    }

    private static String read(Path file, Whole whole) throws IOException {
        long length = whole.end() - whole.lastBegin();
        if (length > LONGEST_RECORD) {
            throw notOurs(file);
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) length);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (bytes.hasRemaining() && channel.read(bytes, whole.lastBegin() + bytes.position()) >= 0) {
                // Until it is full.
            }
        }
        return new String(bytes.array(), StandardCharsets.UTF_8);
    }

    /** The last whole record that was there; empty if there was none. What was torn behind it is cut off. */
    Optional<String> lastRecord() {
        return Optional.ofNullable(lastRecord);
    }

    Path path() {
        return file;
    }

    void write(String record) {
        try {
            out.write(record.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** Hands on what is buffered, so that it is there after a kill. */
    void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static CommandFailed failed(Path file, IOException e) {
        return new CommandFailed(
                "%s cannot be written: %s. What is in it stays; remove the cause, and run the export again with --resume."
                        .formatted(file, Messages.of(e)),
                e);
    }

    @Override
    public void close() {
        try (FileChannel closing = channel) {
            out.flush();
            closing.force(true);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }
}
