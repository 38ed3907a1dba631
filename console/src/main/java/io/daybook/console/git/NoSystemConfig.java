package io.daybook.console.git;

import java.io.File;
import java.io.IOException;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.eclipse.jgit.util.time.MonotonicClock;

/**
 * Keeps JGit from reading, and writing, the configuration of this machine and user: an import is the same everywhere, and no git
 * needs to be installed (JGit would start one to find its configuration).
 */
final class NoSystemConfig extends SystemReader {

    private final SystemReader real;

    private NoSystemConfig(SystemReader real) {
        this.real = real;
        setPlatformChecker();
    }

    static synchronized void install() {
        SystemReader now = SystemReader.getInstance();
        if (!(now instanceof NoSystemConfig)) {
            SystemReader.setInstance(new NoSystemConfig(now));
            // JGit measures how fine the clock of the file system is, for a second or more; nobody here waits for that.
            FS.FileStoreAttributes.setBackground(true);
        }
    }

    @Override
    public FileBasedConfig openUserConfig(Config parent, FS fs) {
        return new Empty(parent, fs);
    }

    @Override
    public FileBasedConfig openSystemConfig(Config parent, FS fs) {
        return new Empty(parent, fs);
    }

    @Override
    public FileBasedConfig openJGitConfig(Config parent, FS fs) {
        return new Empty(parent, fs);
    }

    private static final class Empty extends FileBasedConfig {

        Empty(Config parent, FS fs) {
            super(parent, new File(""), fs);
        }

        @Override
        public void load() {
            // There is nothing to load.
        }

        @Override
        public void save() throws IOException {
            // What JGit measured about this machine is not worth a file.
        }

        @Override
        public boolean isOutdated() {
            return false;
        }
    }

    @Override
    public String getHostname() {
        return real.getHostname();
    }

    @Override
    public String getenv(String variable) {
        return real.getenv(variable);
    }

    @Override
    public String getProperty(String key) {
        return real.getProperty(key);
    }

    @Override
    @SuppressWarnings("deprecation") // Abstract there, so it must be here.
    public long getCurrentTime() {
        return real.getCurrentTime();
    }

    @Override
    public MonotonicClock getClock() {
        return real.getClock();
    }

    @Override
    @SuppressWarnings("deprecation") // Abstract there, so it must be here.
    public int getTimezone(long when) {
        return real.getTimezone(when);
    }
}
