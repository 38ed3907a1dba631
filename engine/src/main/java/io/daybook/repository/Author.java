package io.daybook.repository;

import io.daybook.event.Change;
import io.daybook.event.Receipt;
import java.util.List;

/**
 * In whose name a repository appends: {@code io.daybook.UnitOfWork} is one. Immutable: each method answers a new one. For the engine to
 * implement, not for applications.
 */
public interface Author {

    /** The same, by that actor. @throws io.daybook.event.InvalidEvent if the name has more than 200 characters */
    Author as(String actor);

    /** The same, for that reason. @throws io.daybook.event.InvalidEvent if it has more than 2,000 characters */
    Author because(String reason);

    /** Appends these changes in a transaction of its own; nothing where there are none. */
    Receipt append(List<Change> changes);
}
