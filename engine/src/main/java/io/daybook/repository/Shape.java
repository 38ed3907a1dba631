package io.daybook.repository;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the entities of a class consist of, and how one is made. Immutable. */
sealed interface Shape<T> permits RecordShape, BeanShape {

    /** What that class consists of. @throws InvalidMapping if it is neither a record nor a bean */
    static <T> Shape<T> of(Class<T> entityClass) {
        if (entityClass.isRecord()) {
            return new RecordShape<>(entityClass);
        }
        if (entityClass.isInterface()
                || entityClass.isEnum()
                || entityClass.isArray()
                || entityClass.isPrimitive()
                || Modifier.isAbstract(entityClass.getModifiers())) {
            throw new InvalidMapping(
                    "%s is no record and no class with a constructor without parameters; give one that is."
                            .formatted(entityClass.getName()));
        }
        return new BeanShape<>(entityClass);
    }

    /** In attribute order: of a record as they are declared, of a bean in the order of their names. */
    List<Component> components();

    /**
     * An entity of these values.
     *
     * @param values by the name of the component; what is missing is as if nobody had set it
     * @throws ReflectiveOperationException if the class refuses them
     */
    T make(Map<String, @Nullable Object> values) throws ReflectiveOperationException;

    /** Classes need not be public. @throws InvalidMapping if the module of the class keeps it closed */
    static <A extends AccessibleObject> A open(Class<?> entityClass, A member) {
        try {
            member.setAccessible(true);
            return member;
        } catch (InaccessibleObjectException e) {
            throw new InvalidMapping(
                    "%s cannot be reached: its module does not open the package %s. Open it."
                            .formatted(entityClass.getName(), entityClass.getPackageName()),
                    e);
        }
    }
}
