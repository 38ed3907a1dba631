package io.daybook.notifier;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What this machine is called. A resolver that does not answer must not keep anybody from opening a daybook. */
final class HostName {

    private static final long LONGEST_LOOK_SECONDS = 2;

    private HostName() {}

    /** As the resolver says, or else the environment; empty if neither does in time. */
    static Optional<String> find() {
        CompletableFuture<@Nullable String> asked = new CompletableFuture<>();
        Thread thread = new Thread(() -> asked.complete(resolved()), "daybook-host-name");
        thread.setDaemon(true);
        thread.start();
        String found = asked.completeOnTimeout(null, LONGEST_LOOK_SECONDS, TimeUnit.SECONDS)
                .join();
        return Optional.ofNullable(found)
                .or(() -> Optional.ofNullable(System.getenv("HOSTNAME")))
                .filter(name -> !name.isBlank());
    }

    private static @Nullable String resolved() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
