package io.daybook.console.shell;

import io.daybook.Daybook;
import io.daybook.DaybookBuilder;
import io.daybook.database.DatabaseFailure;
import io.daybook.migrations.Report;
import io.daybook.redaction.Redaction;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Where a command runs: the options that all of them have, the streams, and the daybook to open. One per run. */
public final class Shell {

    /** SQLSTATE of H2 for a database that is not there, with IFEXISTS=TRUE. */
    private static final String DATABASE_NOT_FOUND = "90146";

    private static final Duration DEFAULT_LEASE = Duration.ofSeconds(10);

    /** Connections where nobody asks for more. */
    public static final int DEFAULT_POOL = 10;

    private static final String DEFAULT_URL = "jdbc:h2:file:./data/daybook";

    private final Map<String, String> environment;
    private final InputStream in;
    private final PrintWriter out;
    private final PrintWriter err;

    @Option(
            names = "--db",
            scope = ScopeType.INHERIT,
            paramLabel = "<jdbc url>",
            description = "H2 or PostgreSQL database. Else DAYBOOK_DB, else " + DEFAULT_URL + ".")
    private @Nullable String url;

    @Option(
            names = "--user",
            scope = ScopeType.INHERIT,
            paramLabel = "<name>",
            description = "Database user. Else DAYBOOK_USER.")
    private @Nullable String user;

    @Option(
            names = "--password-file",
            scope = ScopeType.INHERIT,
            paramLabel = "<file>",
            description = "File whose first line is the password. Else DAYBOOK_PASSWORD_FILE.")
    private @Nullable String passwordFile;

    @Option(
            names = "--schema",
            scope = ScopeType.INHERIT,
            paramLabel = "<name>",
            description = "Schema of the daybook. Else DAYBOOK_SCHEMA, else daybook.")
    private @Nullable String schema;

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "Answers for programs: one JSON object per line.")
    private boolean json;

    @Option(
            names = "--show-sensitive",
            scope = ScopeType.INHERIT,
            description = "Show the values of sensitive attributes too (daybook sensitive lists them).")
    private boolean showSensitive;

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Errors with their stack trace.")
    private boolean verbose;

    public Shell(Map<String, String> environment, InputStream in, PrintWriter out, PrintWriter err) {
        this.environment = Map.copyOf(environment);
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** The daybook, to ask it; a database that is missing is not made. */
    public Daybook openToRead() {
        return openToRead(DEFAULT_POOL);
    }

    /** The same, through so many connections at most. */
    public Daybook openToRead(int connections) {
        DaybookBuilder builder =
                builder(DatabaseUrl.forReading(url())).readOnly().poolSize(connections);
        if (DatabaseUrl.isMissing(url())) {
            throw noDaybook(null);
        }
        return opened(builder::open);
    }

    /** The daybook, to append to it. */
    public Daybook openToWrite() {
        return openToWrite(DEFAULT_LEASE);
    }

    /**
     * The daybook, to append to it.
     *
     * @param lease how long what this process has taken is its own when it was killed
     */
    public Daybook openToWrite(Duration lease) {
        return openToWrite(builder -> builder.lease(lease));
    }

    /** The daybook, to append values of that many bytes at most. */
    public Daybook openToWrite(long maxValueBytes) {
        return openToWrite(builder -> builder.lease(DEFAULT_LEASE).maxValueBytes(maxValueBytes));
    }

    private Daybook openToWrite(UnaryOperator<DaybookBuilder> settings) {
        if (Privileges.mayNotAppend(url(), or(user, "DAYBOOK_USER"), password(), schema())) {
            throw new CommandFailed(
                    "This database user may not append to %s.events. Use a user with the role %s_application, or the owner (daybook migrate --print-roles)."
                            .formatted(schema(), schema()));
        }
        return opened(
                () -> settings.apply(builder(DatabaseUrl.forWriting(url()))).open());
    }

    /** A connection of the caller's to the database of the daybook, which is open: for tables of an application. */
    public Connection connect() {
        Properties properties = new Properties();
        Optional.ofNullable(user()).ifPresent(name -> properties.put("user", name));
        Optional.ofNullable(password()).ifPresent(word -> properties.put("password", word));
        try {
            return DriverManager.getConnection(DatabaseUrl.forWriting(url()), properties);
        } catch (SQLException e) {
            throw new CommandFailed(
                    "Cannot connect to %s: %s. Look whether it can be reached.".formatted(url(), e.getMessage()), e);
        }
    }

    /** Brings the tables up to this version. */
    public Report migrate() {
        return opened(() -> builder(DatabaseUrl.forWriting(url())).runMigrations());
    }

    private CommandFailed noDaybook(@Nullable Throwable cause) {
        return new CommandFailed(
                "There is no daybook at %s. Make one with daybook migrate or an import, or name another one with --db."
                        .formatted(url()),
                cause);
    }

    private <T> T opened(Supplier<T> open) {
        DatabaseUrl.unwritableFolder(url()).ifPresent(folder -> {
            throw new CommandFailed(
                    "The database %s cannot be opened: %s is no folder that this user may write. Change its permissions, or name another database with --db."
                            .formatted(url(), folder));
        });
        try {
            return open.get();
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(String.valueOf(e.getMessage()), ExitCode.USAGE, e);
        } catch (DatabaseFailure e) {
            if (DATABASE_NOT_FOUND.equals(e.sqlState())) {
                throw noDaybook(e);
            }
            throw new CommandFailed(DatabaseUrl.asTyped(String.valueOf(e.getMessage()), url()), e);
        }
    }

    private DaybookBuilder builder(String jdbcUrl) {
        return Daybook.builder()
                .url(jdbcUrl)
                .user(or(user, "DAYBOOK_USER"))
                .password(password())
                .schema(schema())
                .application("daybook", null);
    }

    /** JDBC URL as it was given. */
    public String url() {
        String given = or(url, "DAYBOOK_DB");
        return given == null ? DEFAULT_URL : given;
    }

    /** Whether the command line names a database; DAYBOOK_DB does not count. */
    public boolean isDatabaseNamed() {
        return url != null;
    }

    /** Schema of the daybook. */
    public String schema() {
        String given = or(schema, "DAYBOOK_SCHEMA");
        return given == null ? "daybook" : given;
    }

    /** Database user; null = as the URL says. */
    public @Nullable String user() {
        return or(user, "DAYBOOK_USER");
    }

    /** First line of the password file; null = none is named. */
    public @Nullable String password() {
        String file = or(passwordFile, "DAYBOOK_PASSWORD_FILE");
        if (file == null) {
            return null;
        }
        try {
            List<String> lines = Files.readAllLines(Path.of(file));
            return lines.isEmpty() ? "" : lines.get(0);
        } catch (IOException e) {
            throw new CommandFailed(
                    "The password file %s cannot be read: %s. Name one that can, with --password-file."
                            .formatted(file, Messages.of(e)),
                    e);
        }
    }

    private @Nullable String or(@Nullable String option, String variable) {
        String value = option == null ? environment.get(variable) : option;
        return value == null || value.isEmpty() ? null : value;
    }

    /** Whether a program reads the answer. */
    public boolean isJson() {
        return json;
    }

    /** What is not to be shown: what is declared sensitive now, or nothing where the command line says so. */
    public Redaction redaction(Daybook daybook) {
        return showSensitive ? Redaction.none() : daybook.sensitive().redaction();
    }

    boolean isVerbose() {
        return verbose;
    }

    public InputStream in() {
        return in;
    }

    /** For answers. */
    public PrintWriter out() {
        return out;
    }

    /** For everything that is no answer. */
    public PrintWriter err() {
        return err;
    }

    /** One line of an answer, out at once. */
    public void say(String line) {
        out.println(line);
        out.flush();
    }

    /** One line beside the answer, out at once. */
    public void note(String line) {
        err.println("daybook: " + line);
        err.flush();
    }
}
