package db.callback;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/** An application's callback, in the folder where Flyway finds such classes by itself: it must not see our migrations. */
public final class ApplicationCallback extends BaseCallback {

    /** History tables of the Flyway runs that called this. */
    public static final List<String> CALLED_BY = new CopyOnWriteArrayList<>();

    @Override
    public void handle(Event event, Context context) {
        CALLED_BY.add(context.getConfiguration().getTable());
    }
}
