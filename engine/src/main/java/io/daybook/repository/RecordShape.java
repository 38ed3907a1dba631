package io.daybook.repository;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Made by the canonical constructor. */
final class RecordShape<T> implements Shape<T> {

    private final Constructor<T> constructor;
    private final List<Component> components;

    RecordShape(Class<T> entityClass) {
        List<Component> found = new ArrayList<>();
        for (RecordComponent component : entityClass.getRecordComponents()) {
            Method accessor = Shape.open(entityClass, component.getAccessor());
            found.add(new Component(
                    component.getName(),
                    component.getType(),
                    component.getGenericType(),
                    accessor::invoke,
                    List.of(component, accessor)));
        }
        components = List.copyOf(found);
        Class<?>[] types = found.stream().map(Component::rawType).toArray(Class<?>[]::new);
        try {
            constructor = Shape.open(entityClass, entityClass.getDeclaredConstructor(types));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("A record always has its canonical constructor: " + entityClass, e);
        }
    }

    @Override
    public List<Component> components() {
        return components;
    }

    @Override
    public T make(Map<String, @Nullable Object> values) throws ReflectiveOperationException {
        @Nullable Object[] arguments = new @Nullable Object[components.size()];
        for (int i = 0; i < arguments.length; i++) {
            Component component = components.get(i);
            Object value = values.get(component.name());
            arguments[i] = value == null && component.rawType().isPrimitive() ? zero(component.rawType()) : value;
        }
        return constructor.newInstance(arguments);
    }

    private static Object zero(Class<?> primitive) {
        return Array.get(Array.newInstance(primitive, 1), 0);
    }
}
