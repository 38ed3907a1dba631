package io.daybook.repository;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A component whose values are not for everybody's eyes: see {@link EntityMapping#sensitiveAttributes()}. Its values stand in the log like all
 * others, but in no error message of a repository. On a component of a record, or on a field, getter or setter of a bean.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD, ElementType.METHOD})
public @interface Sensitive {}
