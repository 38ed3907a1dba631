package io.daybook.console.shell;

/** What the command tells its caller. The same list is in {@code daybook --help}. */
public final class ExitCode {

    /** Done. */
    public static final int OK = 0;
    /** It could not be done; stderr says why. */
    public static final int FAILED = 1;
    /** The command line makes no sense. */
    public static final int USAGE = 2;
    /** The history, or what was made of it, is not what it should be; something is lost or stands still. */
    public static final int PROBLEM_FOUND = 3;
    /** An import met a bad line: it stopped there, or left its unit of work out. */
    public static final int BAD_LINE = 4;
    /** There is no such entity. */
    public static final int NOT_FOUND = 5;
    /** Doctor found something to look at, and nothing worse. */
    public static final int WARNING = 6;

    /** Ctrl-C came before the end; what was appended is kept. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
