package io.daybook.console.shell;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * stdout, remembering why it could not be written: a {@link PrintWriter} only knows that it could not. Written by one thread at a
 * time.
 */
public final class Output extends OutputStream {

    private final OutputStream stream = new FileOutputStream(FileDescriptor.out);
    private volatile @Nullable IOException failure;

    /** Writes here, in UTF-8. */
    public PrintWriter writer() {
        return new PrintWriter(new OutputStreamWriter(this, StandardCharsets.UTF_8));
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        try {
            stream.write(bytes, from, length);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    /** Why something of the answer is lost; empty if nothing is, or if its reader (such as {@code head}) had enough and went. */
    public Optional<String> lost() {
        IOException e = failure;
        return e == null || isClosedPipe(e) ? Optional.empty() : Optional.of(Messages.of(e));
    }

    /** Writing to a pipe fails only because nobody reads. The message is in the user's language, so it is the last to be asked. */
    private static boolean isClosedPipe(IOException e) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return target.startsWith("pipe:") || target.startsWith("socket:");
        } catch (IOException | UnsupportedOperationException noLinux) {
            return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("pipe");
        }
    }
}
