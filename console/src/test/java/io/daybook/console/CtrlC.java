package io.daybook.console;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** Presses Ctrl-C in this JVM: calls who listens to it, and comes back when he has heard. */
final class CtrlC {

    private CtrlC() {}

    /** @throws IllegalStateException if no command listens: a real one would end the JVM */
    static void press() {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Method handle = signalType.getMethod("handle", signalType, handlerType);
            // Not SIG_IGN: a signal that is ignored stays so in this JVM.
            Object nobody = Proxy.newProxyInstance(
                    CtrlC.class.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, args) -> null);
            Object signal = signalType.getConstructor(String.class).newInstance("INT");
            Object listener = handle.invoke(null, signal, nobody);
            handle.invoke(null, signal, listener);
            handlerType.getMethod("handle", signalType).invoke(listener, signal);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("No command listens to Ctrl-C.", e);
        }
    }
}
