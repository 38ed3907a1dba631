package io.daybook.evidence;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** A file that is there as a whole, on disk, or not at all; one that is there already is never overwritten: it may be evidence. */
public final class EvidenceFile {

    private EvidenceFile() {}

    /** Writes what is to be in the file. */
    @FunctionalInterface
    public interface Content<T> {
        T writeTo(Writer out) throws IOException;
    }

    /**
     * Writes it, in UTF-8, under another name beside it and then under its own. Of several who write one file at the same time one comes
     * through, and the others hear that it is there.
     *
     * @return what the content returned
     * @throws UncheckedIOException if the file is there already or cannot be written; what was there before is there afterwards
     */
    public static <T> T write(Path file, Content<T> content) {
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw isThere(file);
            }
            // A name of its own: a half file may be somebody else's, or a link to somewhere.
            Path half = file.resolveSibling("%s.%s.half".formatted(file.getFileName(), UUID.randomUUID()));
            try {
                T result;
                try (FileChannel channel = FileChannel.open(
                                half,
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.WRITE,
                                LinkOption.NOFOLLOW_LINKS);
                        Writer out = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8))) {
                    result = content.writeTo(out);
                    out.flush();
                    channel.force(true);
                }
                publish(half, file);
                return result;
            } finally {
                Files.deleteIfExists(half);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileAlreadyExistsException isThere(Path file) {
        return new FileAlreadyExistsException(
                file.toString(), null, file + " is there already; evidence is never overwritten");
    }

    /** A link, because a rename replaces what is there without a word. */
    private static void publish(Path half, Path file) throws IOException {
        try {
            Files.createLink(file, half);
        } catch (FileAlreadyExistsException e) {
            throw isThere(file);
        } catch (UnsupportedOperationException | FileSystemException e) {
            // No links here: what is left is to look first, and then to rename.
            move(half, file);
        }
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            sync(directory);
        }
    }

    private static void move(Path half, Path file) throws IOException {
        try {
            Files.move(half, file);
        } catch (FileAlreadyExistsException e) {
            throw isThere(file);
        }
    }

    /** So that the name is on disk, too. */
    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException e) {
            // Windows opens no directories, and needs none of this; elsewhere it may be written and not read.
        }
    }
}
