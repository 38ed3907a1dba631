package io.daybook.bench.peers;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What one writer saves, the same whoever keeps it: as many entities as a transaction has saves, created together and then changed
 * together nine times, so that no save of a transaction swallows another one. Not thread-safe.
 */
final class Fleet {

    private static final int SAVES_PER_ENTITY = 10;

    private final String writer;
    private final int size;
    private long generation;
    private int version = SAVES_PER_ENTITY;

    Fleet(String writer, int size) {
        this.writer = writer;
        this.size = size;
    }

    /** Goes on to the next transaction. */
    void next() {
        if (version == SAVES_PER_ENTITY) {
            generation++;
            version = 0;
        }
        version++;
    }

    int size() {
        return size;
    }

    /** Id of one of them, from 0. */
    String id(int number) {
        return writer + "-" + total(number);
    }

    /** Those of all of them. */
    List<String> ids() {
        return IntStream.range(0, size).mapToObj(this::id).toList();
    }

    /** What never changes of one of them. */
    long total(int number) {
        return generation * size + number;
    }

    /** Whether they are to be created. */
    boolean isNew() {
        return version == 1;
    }

    String status() {
        return isNew() ? "new" : "status number " + version;
    }
}
