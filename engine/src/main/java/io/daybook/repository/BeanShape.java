package io.daybook.repository;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Made by the constructor without parameters, then set. A property is a public getter with its setter, or a public field; what has only one of
 * the two is computed, or a secret, and is not kept.
 */
final class BeanShape<T> implements Shape<T> {

    /** How to set the value of a property. */
    @FunctionalInterface
    private interface Setting {
        void set(Object entity, @Nullable Object value) throws IllegalAccessException, InvocationTargetException;
    }

    private final Constructor<T> constructor;
    private final List<Component> components;
    private final Map<String, Setting> settings = new TreeMap<>();

    BeanShape(Class<T> entityClass) {
        try {
            constructor = Shape.open(entityClass, entityClass.getDeclaredConstructor());
        } catch (NoSuchMethodException e) {
            throw new InvalidMapping(
                    "%s is no record and has no constructor without parameters; give it one, or make it a record."
                            .formatted(entityClass.getName()),
                    e);
        }
        Map<String, Component> found = new TreeMap<>();
        for (Field field : entityClass.getFields()) {
            int modifiers = field.getModifiers();
            if (!Modifier.isStatic(modifiers) && !Modifier.isTransient(modifiers) && !Modifier.isFinal(modifiers)) {
                Field open = Shape.open(entityClass, field);
                found.put(
                        field.getName(),
                        new Component(
                                field.getName(), field.getType(), field.getGenericType(), open::get, List.of(field)));
                settings.put(field.getName(), open::set);
            }
        }
        for (Method getter : entityClass.getMethods()) {
            Optional<String> property = property(getter);
            Optional<Method> setter = property.flatMap(name -> setter(entityClass, name, getter));
            if (setter.isPresent()) {
                String name = decapitalized(property.get());
                Method get = Shape.open(entityClass, getter);
                Method set = Shape.open(entityClass, setter.get());
                Type type = getter.getGenericReturnType();
                found.put(
                        name,
                        new Component(
                                name,
                                getter.getReturnType(),
                                type,
                                get::invoke,
                                annotated(entityClass, name, get, set)));
                settings.put(name, set::invoke);
            }
        }
        components = List.copyOf(found.values());
    }

    /** {@code Total} of {@code getTotal}. */
    private static Optional<String> property(Method method) {
        if (method.getParameterCount() > 0
                || Modifier.isStatic(method.getModifiers())
                || method.isBridge()
                || method.getDeclaringClass() == Object.class) {
            return Optional.empty();
        }
        String name = method.getName();
        if (name.startsWith("get") && name.length() > 3 && method.getReturnType() != void.class) {
            return Optional.of(name.substring(3));
        }
        boolean says = method.getReturnType() == boolean.class || method.getReturnType() == Boolean.class;
        return name.startsWith("is") && name.length() > 2 && says ? Optional.of(name.substring(2)) : Optional.empty();
    }

    private static Optional<Method> setter(Class<?> entityClass, String property, Method getter) {
        return Arrays.stream(entityClass.getMethods())
                .filter(method -> method.getName().equals("set" + property))
                .filter(method -> !method.isBridge() && !Modifier.isStatic(method.getModifiers()))
                .filter(method -> Arrays.equals(method.getParameterTypes(), new Class<?>[] {getter.getReturnType()}))
                .findFirst();
    }

    /** As the JavaBeans rules have it: {@code total} of {@code Total}, but {@code URL} of {@code URL}. */
    private static String decapitalized(String property) {
        boolean acronym = property.length() > 1
                && Character.isUpperCase(property.charAt(0))
                && Character.isUpperCase(property.charAt(1));
        return acronym ? property : property.substring(0, 1).toLowerCase(Locale.ROOT) + property.substring(1);
    }

    private static List<AnnotatedElement> annotated(Class<?> entityClass, String name, Method getter, Method setter) {
        List<AnnotatedElement> elements = new ArrayList<>(List.of(getter, setter));
        for (Class<?> owner = entityClass; owner != null; owner = owner.getSuperclass()) {
            Arrays.stream(owner.getDeclaredFields())
                    .filter(field -> field.getName().equals(name))
                    .forEach(elements::add);
        }
        return List.copyOf(elements);
    }

    @Override
    public List<Component> components() {
        return components;
    }

    @Override
    public T make(Map<String, @Nullable Object> values) throws ReflectiveOperationException {
        T bean = constructor.newInstance();
        for (Map.Entry<String, @Nullable Object> value : values.entrySet()) {
            Setting setting = settings.get(value.getKey());
            if (setting != null) {
                setting.set(bean, value.getValue());
            }
        }
        return bean;
    }
}
