package io.daybook.testkit;

import io.daybook.Daybook;
import io.daybook.DaybookBuilder;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * An open daybook in a fresh database for each test, closed and gone afterwards.
 *
 * <pre>{@code
 * class OrdersTest {
 *   @RegisterExtension
 *   final DaybookExtension daybooks = DaybookExtension.h2();
 *
 *   @Test
 *   void an_order_is_remembered(Daybook daybook) { ... }     // or daybooks.daybook(), database(), clock()
 * }
 * }</pre>
 *
 * <p>Not for tests of one class that run at the same time.
 */
public final class DaybookExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {

    private final Supplier<TestDatabase> databases;
    private final UnaryOperator<DaybookBuilder> settings;

    private @Nullable TestDatabase database;
    private @Nullable Daybook daybook;
    private SettableClock clock = new SettableClock();

    private DaybookExtension(Supplier<TestDatabase> databases, UnaryOperator<DaybookBuilder> settings) {
        this.databases = databases;
        this.settings = settings;
    }

    /** On H2. */
    public static DaybookExtension h2() {
        return on(TestDatabase::h2);
    }

    /** On PostgreSQL. */
    public static DaybookExtension postgresql() {
        return on(TestDatabase::postgresql);
    }

    /** On whatever that makes for each test. */
    public static DaybookExtension on(Supplier<TestDatabase> databases) {
        return new DaybookExtension(databases, UnaryOperator.identity());
    }

    /** The same, with other settings than the defaults: {@code .with(builder -> builder.maxValueBytes(100))}. */
    public DaybookExtension with(UnaryOperator<DaybookBuilder> newSettings) {
        return new DaybookExtension(databases, builder -> newSettings.apply(settings.apply(builder)));
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        clock = new SettableClock();
        TestDatabase fresh = databases.get();
        database = fresh;
        try {
            daybook = open();
        } catch (RuntimeException | Error e) {
            fresh.close();
            throw e;
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            if (daybook != null) {
                daybook.close();
            }
        } finally {
            daybook = null;
            if (database != null) {
                database.close();
            }
            database = null;
        }
    }

    private Daybook open() {
        return settings.apply(database().daybook().clock(clock)).open();
    }

    /** The daybook of the test that runs. */
    public Daybook daybook() {
        return running(daybook);
    }

    /** The database of the test that runs. */
    public TestDatabase database() {
        return running(database);
    }

    /** What the daybook takes the time from. */
    public SettableClock clock() {
        return clock;
    }

    /** Closes the daybook and opens it again, as a restart of the application would. @return the new one */
    public Daybook reopen() {
        daybook().close();
        Daybook again = open();
        daybook = again;
        return again;
    }

    private static <T> T running(@Nullable T thing) {
        if (thing == null) {
            throw new IllegalStateException(
                    "No test runs. Register the extension with @RegisterExtension, in a field that is not static.");
        }
        return thing;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Daybook.class || type == TestDatabase.class || type == SettableClock.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        if (type == Daybook.class) {
            return daybook();
        }
        return type == TestDatabase.class ? database() : clock();
    }
}
