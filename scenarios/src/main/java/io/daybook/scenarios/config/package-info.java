/**
 * What scenarios are made of, said once by the application: data nodes, tasks, scenarios, gathered and checked in a
 * {@link io.daybook.scenarios.config.Configuration}.
 */
@NullMarked
package io.daybook.scenarios.config;

import org.jspecify.annotations.NullMarked;
