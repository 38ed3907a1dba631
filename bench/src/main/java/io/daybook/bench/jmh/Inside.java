package io.daybook.bench.jmh;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Methods of classes that are their packages' own: benchmarks are the only ones outside that call them, and no reason to open them
 * to everybody. Kept in constants, such a handle costs what the call itself costs.
 */
final class Inside {

    private final Class<?> type;
    private final MethodHandles.Lookup lookup;

    private Inside(Class<?> type, MethodHandles.Lookup lookup) {
        this.type = type;
        this.lookup = lookup;
    }

    static Inside of(String className) {
        try {
            Class<?> type = Class.forName(className);
            return new Inside(type, MethodHandles.privateLookupIn(type, MethodHandles.lookup()));
        } catch (ReflectiveOperationException e) {
            throw moved(className, e);
        }
    }

    /** Answers an object. */
    MethodHandle constructor() {
        try {
            return lookup.findConstructor(type, MethodType.methodType(void.class))
                    .asType(MethodType.methodType(Object.class));
        } catch (ReflectiveOperationException e) {
            throw moved(type.getName(), e);
        }
    }

    /** Takes an object as its first argument, whatever it is declared with. */
    MethodHandle method(String name, Class<?> result, Class<?>... parameters) {
        try {
            MethodHandle handle = lookup.findVirtual(type, name, MethodType.methodType(result, parameters));
            return handle.asType(handle.type().changeParameterType(0, Object.class));
        } catch (ReflectiveOperationException e) {
            throw moved(type.getName() + "." + name, e);
        }
    }

    private static IllegalStateException moved(String what, ReflectiveOperationException e) {
        return new IllegalStateException("%s is not where it was. The benchmark of it must follow.".formatted(what), e);
    }
}
