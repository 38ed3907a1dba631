package io.daybook.notifier;

import io.daybook.event.EntityRef;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Which partition an entity belongs to: the first eight bytes of SHA-256(type, NUL, id) in UTF-8, as an unsigned number, modulo the
 * number of partitions. The same for ever, in every version and on every machine: else an event could go to two owners or to none.
 */
final class Partitions {

    /** More than anybody has nodes and threads for; each partition reads the ledger for itself while it catches up. */
    static final int MOST = 256;

    private Partitions() {}

    static int of(EntityRef entity, int partitions) {
        byte[] name = (entity.type().name() + "\0" + entity.id()).getBytes(StandardCharsets.UTF_8);
        try {
            long share = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(name))
                    .getLong();
            return (int) Long.remainderUnsigned(share, partitions);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }

    static int check(int partitions) {
        if (partitions < 1 || partitions > MOST) {
            throw new IllegalArgumentException(
                    "A registration has 1 to %d partitions, found %d.".formatted(MOST, partitions));
        }
        return partitions;
    }
}
