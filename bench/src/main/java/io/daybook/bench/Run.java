package io.daybook.bench;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs suites one after the other, and tells somebody who waits what is going on. */
final class Run {

    private final Server server;
    private final Suite.Plan plan;
    private final PrintWriter progress;
    private final long begin = System.nanoTime();

    Run(Server server, Suite.Plan plan, PrintWriter progress) {
        this.server = server;
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * One suite. Where it fails, the others still have their turn: this returns what it had found, and why it ended.
     *
     * @throws InterruptedException if somebody wants the whole run to end
     */
    Section section(String name, Suite suite) throws InterruptedException {
        say(name, "begins");
        List<Row> rows = new ArrayList<>();
        List<Curve> curves = new ArrayList<>();
        Heap.reset();
        long start = System.nanoTime();
        String failure = null;
        try {
            suite.run(server, plan, new Suite.Report() {
                @Override
                public void row(Row row) {
                    rows.add(row);
                    say(
                            name,
                            "%s: %s %s %s"
                                    .formatted(row.what(), row.result(), verdict(row), row.detail())
                                    .strip());
                }

                @Override
                public void curve(Curve curve) {
                    curves.add(curve);
                }

                @Override
                public void progress(String doing) {
                    say(name, doing);
                }
            });
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) {
            // Also an OutOfMemoryError, or a class that is missing: what went wrong in one suite says nothing about the
            // others.
            failure = e.toString();
            say(name, "failed");
            e.printStackTrace(progress);
            progress.flush();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        say(name, "took " + Results.seconds(took));
        return new Section(name, suite.description(), rows, curves, took, Heap.now(), failure);
    }

    /** @param suite that it is about */
    void tell(String suite, String what) {
        say(suite, what);
    }

    private static String verdict(Row row) {
        if (row.target() instanceof Target.None) {
            return "";
        }
        return "(%s: %s)"
                .formatted(row.target().text(), row.target().isMetBy(row.found().median()) ? "met" : "not met");
    }

    private void say(String suite, String what) {
        long seconds = (System.nanoTime() - begin) / 1_000_000_000L;
        progress.printf("%02d:%02d:%02d %s: %s%n", seconds / 3_600, seconds / 60 % 60, seconds % 60, suite, what);
        progress.flush();
    }
}
