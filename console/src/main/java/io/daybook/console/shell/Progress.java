package io.daybook.console.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar on stderr for long work, if a person looks at it; else nothing. */
public final class Progress implements AutoCloseable {

    private final @Nullable ProgressBar bar;

    private Progress(@Nullable ProgressBar bar) {
        this.bar = bar;
    }

    /**
     * Begins.
     *
     * @param task shown before the bar
     * @param max how much there is to do; -1 = nobody knows
     */
    public static Progress of(String task, long max) {
        if (!isTerminal()) {
            return new Progress(null);
        }
        boolean unicode = System.getProperty("sun.jnu.encoding", "")
                .toUpperCase(Locale.ROOT)
                .contains("UTF");
        return new Progress(new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(max)
                .setStyle(unicode ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK : ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .setConsumer(new ConsoleProgressBarConsumer(System.err))
                .clearDisplayOnFinish()
                .build());
    }

    /** Java 17 tells of a terminal only where stdin and stdout are both one; Linux knows of stderr alone. */
    @SuppressWarnings(
            "SystemConsoleNull") // A newer Java that always has one shows a bar too many, where Linux does not tell.
    private static boolean isTerminal() {
        Path stderr = Path.of("/proc/self/fd/2");
        try {
            return Files.readSymbolicLink(stderr).startsWith("/dev/pts")
                    || Files.readSymbolicLink(stderr).startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return System.console() != null;
        }
    }

    /** So much is done. */
    public void at(long done) {
        if (bar != null) {
            bar.stepTo(done);
        }
    }

    /** So much is done, of so much. */
    public void at(long done, long max) {
        if (bar != null) {
            bar.maxHint(max);
            bar.stepTo(done);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
