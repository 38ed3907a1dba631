package io.daybook.console.jsonl;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Cuts a stream into lines, in bounded memory, and counts them from 1. */
final class Lines {

    /** Bytes of a line where values have at most 1 MiB: two of these, with every character escaped, fit. */
    static final int LONGEST = 16 << 20;

    private static final int LONGEST_TO_VALUE = 16;

    /** Bytes of the largest value whose lines can be read. */
    static final long LARGEST_VALUE = Integer.MAX_VALUE / LONGEST_TO_VALUE;

    private static final int BUFFER = 64 << 10;

    private final InputStream in;
    private final int longest;
    private final byte[] buffer = new byte[BUFFER];
    private int begin;
    private int end;
    private byte[] line = new byte[1_024];
    private long number;
    private long taken;
    private @Nullable Line ahead;

    Lines(InputStream in) {
        this(in, 0);
    }

    /**
     * Lines of values that may be larger.
     *
     * @param maxValueBytes bytes of a value or metadata, at most {@link #LARGEST_VALUE}
     */
    Lines(InputStream in, long maxValueBytes) {
        this.in = in;
        this.longest = (int) Math.max(LONGEST, LONGEST_TO_VALUE * maxValueBytes);
    }

    /**
     * A line as it is.
     *
     * @param number from 1
     * @param bytes without its line feed
     * @param tooLong whether it has more bytes than a line may have, and these, as many as it may, are only its beginning
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
            int fits = Math.min(until - begin, longest - length);
            tooLong |= fits < until - begin;
            line = length + fits <= line.length
                    ? line
                    : Arrays.copyOf(line, (int) Math.max(length + fits, Math.min(longest, 2L * line.length)));
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
