package io.daybook.notifier;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.UUID;

/**
 * Where a node runs, for operators, and for telling the nodes of this process from others.
 *
 * @param process the same for all daybooks of one Java virtual machine
 */
record NodeIdentity(String process, String host, long pid) {

    private static final NodeIdentity OWN = new NodeIdentity(
            UUID.randomUUID().toString(), ownHost(), ProcessHandle.current().pid());

    static NodeIdentity own() {
        return OWN;
    }

    private static String ownHost() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    /** A new node, which no other node ever was: host and process id are for people, the rest makes it unique. */
    String newNode() {
        return "%s-%d-%s".formatted(host, pid, UUID.randomUUID().toString().substring(0, 8));
    }
}
