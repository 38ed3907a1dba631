package io.daybook.evidence;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file that is there as a whole, on disk, or not at all; one that is there already is never overwritten: it may be evidence. */
public final class EvidenceFile {

    private EvidenceFile() {}

    /** Writes what is to be in the file. */
    @FunctionalInterface
    public interface Content<T> {
        T writeTo(Writer out) throws IOException;
    }

    /**
     * Writes it, in UTF-8.
     *
     * @return what the content returned
     * @throws UncheckedIOException if the file is there already or cannot be written; what was there before is there afterwards
     */
    public static <T> T write(Path file, Content<T> content) {
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(
                        file.toString(), null, file + " is there already; evidence is never overwritten");
            }
            Path half = file.resolveSibling(file.getFileName() + ".half");
            try {
                T result;
                try (FileChannel channel = FileChannel.open(
                                half,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE);
                        Writer out = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8))) {
                    result = content.writeTo(out);
                    out.flush();
                    channel.force(true);
                }
                Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
                return result;
            } catch (IOException | RuntimeException e) {
                Files.deleteIfExists(half);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
