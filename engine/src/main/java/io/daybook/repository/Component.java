package io.daybook.repository;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A component of a record, or a property of a bean.
 *
 * @param type with its parameters
 * @param annotated where its annotations may stand
 */
record Component(String name, Class<?> rawType, Type type, Access access, List<AnnotatedElement> annotated) {

    /** How to get the value of a component. */
    @FunctionalInterface
    interface Access {
        @Nullable
        Object get(Object entity) throws IllegalAccessException, InvocationTargetException;
    }

    <A extends Annotation> Optional<A> annotation(Class<A> annotation) {
        return annotated.stream()
                .filter(element -> element.isAnnotationPresent(annotation))
                .map(element -> element.getAnnotation(annotation))
                .findFirst();
    }
}
