/**
 * Entities as records and beans: {@link io.daybook.repository.Repository} loads, saves and looks back, {@link
 * io.daybook.repository.EntityMapping} says how a class is an entity. Nothing here writes SQL: a repository appends through the front door
 * and reads histories like anyone else.
 */
@NullMarked
package io.daybook.repository;

import org.jspecify.annotations.NullMarked;
