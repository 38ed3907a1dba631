package io.daybook.repository;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The name of the attribute that a component is kept as, where it is another than the component's own. On a component of a record, or on a
 * field, getter or setter of a bean.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD, ElementType.METHOD})
public @interface Attribute {

    /** The name as it stands in the column {@code attribute_name}, 1 to 200 characters. */
    String value();
}
