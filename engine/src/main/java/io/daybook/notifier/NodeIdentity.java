package io.daybook.notifier;

import java.util.Optional;
import java.util.UUID;

/**
 * Where a node runs, for operators, and for telling the nodes of this process from others.
 *
 * @param process the same for all daybooks of one Java virtual machine
 */
record NodeIdentity(String process, String host, long pid) {

    private static final String UNKNOWN = "unknown";

    private static final NodeIdentity OWN = new NodeIdentity(
            UUID.randomUUID().toString(),
            HostName.find().orElse(UNKNOWN),
            ProcessHandle.current().pid());

    static NodeIdentity own() {
        return OWN;
    }

    /** Name of the machine; empty if it has none that could be found in time. */
    Optional<String> knownHost() {
        return host.equals(UNKNOWN) ? Optional.empty() : Optional.of(host);
    }

    /** Whether that other process of this machine is no more. One with our own id was another container's, or this one's before. */
    boolean isKilled(long otherPid) {
        return otherPid == pid
                || !ProcessHandle.of(otherPid).map(ProcessHandle::isAlive).orElse(false);
    }

    /** A new node, which no other node ever was: host and process id are for people, the rest makes it unique. */
    String newNode() {
        return "%s-%d-%s".formatted(host, pid, UUID.randomUUID().toString().substring(0, 8));
    }
}
