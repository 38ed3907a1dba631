package io.daybook.console.shell;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C (and SIGTERM) as a question that a command answers when it is ready: it finishes what it has in hand, closes, and returns. A
 * second one ends the process at once, which is no harm either.
 *
 * <p>No shutdown hook: all of them run at the same time, and H2's closes the database under everybody's hands. No interrupt: it would
 * close H2's file.
 */
public final class Stop implements AutoCloseable {

    private final CountDownLatch asked = new CountDownLatch(1);
    private final List<Runnable> restore = new ArrayList<>();

    private Stop() {}

    /** Listens from now on, until closed. */
    public static Stop onSignal() {
        Stop stop = new Stop();
        stop.listen("INT");
        stop.listen("TERM");
        return stop;
    }

    /** Java has signals only in a class that compilers warn of; where it is missing, a signal simply ends the process. */
    private void listen(String name) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Method handle = signalType.getMethod("handle", signalType, handlerType);
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            InvocationHandler onSignal = (proxy, method, args) -> switch (method.getName()) {
                case "handle" -> ask();
                case "hashCode" -> System.identityHashCode(proxy);
                case "equals" -> proxy == args[0];
                default -> "Stop";
            };
            Object handler =
                    Proxy.newProxyInstance(Stop.class.getClassLoader(), new Class<?>[] {handlerType}, onSignal);
            Object before = handle.invoke(null, signal, handler);
            restore.add(() -> restore(handle, signal, before));
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            restore.clear();
        }
    }

    private @Nullable Object ask() {
        if (isAsked()) {
            Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
        }
        asked.countDown();
        return null;
    }

    private static void restore(Method handle, Object signal, Object before) {
        try {
            handle.invoke(null, signal, before);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("A signal handler that was there cannot be put back. Indicates a bug.", e);
        }
    }

    public boolean isAsked() {
        return asked.getCount() == 0;
    }

    /** Waits for that time, or until somebody asks. @return whether somebody did */
    public boolean sleep(Duration duration) {
        try {
            return asked.await(duration.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void close() {
        restore.forEach(Runnable::run);
    }
}
