package io.daybook.console;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** Presses Ctrl-C in this JVM: calls who listens to it, and comes back when he has heard. */
final class CtrlC {

    private CtrlC() {}

    /** Skips the test where nobody can hear it: a process that a shell starts in the background ignores it, and so does a JVM in there. */
    static void assumeHeard() {
        try {
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object ignored = handlerType.getField("SIG_IGN").get(null);
            assumeThat(listener()).as("who listens to SIGINT").isNotSameAs(ignored);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This JVM has no signals.", e);
        }
    }

    /** @throws IllegalStateException if no command listens: a real one would end the JVM */
    static void press() {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object listener = listener();
            Object signal = signalType.getConstructor(String.class).newInstance("INT");
            handlerType.getMethod("handle", signalType).invoke(listener, signal);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("No command listens to Ctrl-C.", e);
        }
    }

    /** Who listens at the moment: Java tells it only to who takes his place. */
    private static Object listener() throws ReflectiveOperationException {
        Class<?> signalType = Class.forName("sun.misc.Signal");
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Method handle = signalType.getMethod("handle", signalType, handlerType);
        // Not SIG_IGN: a signal that is ignored stays so in this JVM.
        Object nobody = Proxy.newProxyInstance(
                CtrlC.class.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, args) -> null);
        Object signal = signalType.getConstructor(String.class).newInstance("INT");
        Object listener = handle.invoke(null, signal, nobody);
        handle.invoke(null, signal, listener);
        return listener;
    }
}
