package io.daybook.console.jsonl;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Cuts a stream into lines, in bounded memory, and counts them from 1. */
final class Lines {

    /** Two values of the largest size, with every character escaped, fit. */
    static final int LONGEST = 16 << 20;

    private static final int BUFFER = 64 << 10;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private int begin;
    private int end;
    private byte[] line = new byte[1_024];
    private long number;
    private long taken;
    private @Nullable Line ahead;

    Lines(InputStream in) {
        this.in = in;
    }

    /**
     * A line as it is.
     *
     * @param number from 1
     * @param bytes without its line feed
     * @param tooLong whether it has more bytes than a line may have, and these are only its beginning
     */
    @SuppressWarnings("ArrayRecordComponent") // In transit, never compared.
    record Line(long number, byte[] bytes, boolean tooLong) {}

    /** The next one, which the next {@link #next} answers too; null at the end. */
    @Nullable
    Line peek() throws IOException {
        ahead = ahead == null ? read() : ahead;
        return ahead;
    }

    /** The next one; null at the end. */
    @Nullable
    Line next() throws IOException {
        Line peeked = ahead;
        ahead = null;
        return peeked == null ? read() : peeked;
    }

    private @Nullable Line read() throws IOException {
        int length = 0;
        boolean tooLong = false;
        boolean something = false;
        while (true) {
            if (begin == end && !fill()) {
                return something ? line(length, tooLong) : null;
            }
            something = true;
            int feed = indexOfFeed();
            int until = feed < 0 ? end : feed;
            int fits = Math.min(until - begin, LONGEST - length);
            tooLong |= fits < until - begin;
            line = length + fits <= line.length
                    ? line
                    : Arrays.copyOf(line, Math.max(length + fits, Math.min(LONGEST, 2 * line.length)));
            System.arraycopy(buffer, begin, line, length, fits);
            length += fits;
            begin = until;
            if (feed >= 0) {
                begin++;
                return line(length, tooLong);
            }
        }
    }

    /** How many bytes it has taken from the stream. */
    long taken() {
        return taken;
    }

    private Line line(int length, boolean tooLong) {
        number++;
        return new Line(number, Arrays.copyOf(line, length), tooLong);
    }

    private int indexOfFeed() {
        for (int i = begin; i < end; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private boolean fill() throws IOException {
        begin = 0;
        end = Math.max(0, in.read(buffer));
        taken += end;
        return end > 0;
    }
}
