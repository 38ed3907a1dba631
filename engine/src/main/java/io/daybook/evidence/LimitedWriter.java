package io.daybook.evidence;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;
import java.util.function.Supplier;

/** Lets so many characters through, and no more. Not thread-safe. */
final class LimitedWriter extends FilterWriter {

    private final Supplier<? extends RuntimeException> tooMany;

    private long left;

    /** @param tooMany what to throw at the first character too many */
    LimitedWriter(Writer out, long limit, Supplier<? extends RuntimeException> tooMany) {
        super(out);
        this.left = limit;
        this.tooMany = tooMany;
    }

    private void take(int characters) {
        left -= characters;
        if (left < 0) {
            throw tooMany.get();
        }
    }

    @Override
    public void write(int character) throws IOException {
        take(1);
        out.write(character);
    }

    @Override
    public void write(char[] characters, int offset, int length) throws IOException {
        take(length);
        out.write(characters, offset, length);
    }

    @Override
    public void write(String text, int offset, int length) throws IOException {
        take(length);
        out.write(text, offset, length);
    }
}
