package io.daybook.bench;

import io.daybook.Tx;
import io.daybook.event.Operation;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * What one writer says, the same whoever writes it down: one entity after the other, each created and then changed nine times.
 * Not thread-safe.
 */
public final class Life {

    public static final String ENTITY_TYPE = "order";
    public static final String ACTOR = "bench";

    /** What Daybook records with every event by itself: an application that wants the same rows writes it, too. */
    public static final String CONTEXT = "{\"host\":\"%s\"}".formatted(host());

    private static final int EVENTS_PER_ENTITY = 10;

    private final String writer;
    private long entity;
    private int version;

    public Life(String writer) {
        this.writer = writer;
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    /** Goes on to the next event. */
    public void next() {
        if (version == EVENTS_PER_ENTITY || entity == 0) {
            entity++;
            version = 0;
        }
        version++;
    }

    public String entityId() {
        return writer + "-" + entity;
    }

    public int version() {
        return version;
    }

    public String operation() {
        return (version == 1 ? Operation.CREATION : Operation.UPDATE).name();
    }

    /** Null where the event speaks of the entity as a whole. */
    @org.jspecify.annotations.Nullable
    public String attributeName() {
        return version == 1 ? null : "status";
    }

    public String json() {
        return version == 1 ? "{\"status\":\"new\",\"total\":" + entity + "}" : "\"" + status() + "\"";
    }

    private String status() {
        return "status number " + version;
    }

    /** The event as an application says it to Daybook. */
    public void say(Tx tx) {
        if (version == 1) {
            tx.create(ENTITY_TYPE, entityId(), java.util.Map.of("status", "new", "total", entity));
        } else {
            tx.update(ENTITY_TYPE, entityId(), "status", status());
        }
    }
}
