package io.daybook.repository;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** How a class is an entity, where the defaults do not fit. A class needs no annotation at all to have a repository. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface DaybookEntity {

    /** The entity type; empty = the simple name of the class in lower snake case, {@code order_line} of {@code OrderLine}. */
    String type() default "";

    /** Which schema version the attributes of the class are, from 1 on. Above 1 there must be upcasters, see {@link EntityMapping#upcast}. */
    int schemaVersion() default 1;
}
