package io.daybook.testkit.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.testkit.Seeds;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A checker that finds nothing proves nothing: takes out what guards a promise, and must then see it broken. */
@Tag("mutations")
class MutationsIT {

    private static final Logger LOG = LoggerFactory.getLogger(MutationsIT.class);

    /** A mutation is met by chance: so many runs, each with another seed, before it counts as not found. */
    private static final int RUNS = 5;

    private static final String EXACTLY_ONCE = "exactly once in effect";
    private static final String IN_ORDER = "events of an entity come in the order of their versions";

    @TempDir
    private Path folder;

    /** The fence is the epoch, and that the cursor stands before the first of the events: each of them alone stops a revived owner. */
    @Test
    void without_the_fence_a_revived_owner_has_effects_twice() throws Exception {
        Path mutant = mutate("io/daybook/notifier/CursorTable.java", """
                where registration = ?
                  and partition = ?
                  and epoch = ?
                  and position between ? and ?
                  -- A node that outlived the restore of an older backup must not write a place of a history that is gone.
                """, """
                where registration = ?
                  and partition = ?
                  and coalesce(cast(? as bigint), 0) is not null
                  and position >= ?
                  and coalesce(cast(? as bigint), 0) is not null
                  -- A node that outlived the restore of an older backup must not write a place of a history that is gone.
                """);
        assertThat(broken(mutant, 30, Set.of(Fault.FREEZE))).anyMatch(name -> name.startsWith(EXACTLY_ONCE));
    }

    @Test
    void with_a_snapshot_that_is_older_than_the_rows_events_are_overtaken() throws Exception {
        // The next window begins at a snapshot of its own, a moment after that of the rows: what was committed in
        // between is in
        // neither.
        Path mutant = mutate("io/daybook/sequencer/PostgresqlRound.java", """
                        : RoundSnapshot.done(previous.cluster(), read.snapshot(), previous.floor());
                return finish(start, next, read.more());
                """, """
                        : RoundSnapshot.done(previous.cluster(), currentSnapshot(connection), previous.floor());
                return finish(start, next, read.more());
                """);
        assertThat(broken(mutant, 12, Set.of(Fault.SLOW)))
                .anyMatch(name -> name.startsWith(IN_ORDER) || name.startsWith("committed = ledger"));
    }

    @Test
    void without_the_parking_of_followers_they_come_before_what_is_parked() throws Exception {
        // Followers are looked for where events are taken, given back and handed over; all of them ask this set.
        Path mutant = mutate("io/daybook/notifier/Partition.java", "parked.add(entity);", "");
        assertThat(broken(mutant, 10, Set.of(Fault.THROW))).anyMatch(name -> name.startsWith(IN_ORDER));
    }

    @Test
    void with_the_cursor_in_another_transaction_effects_are_had_twice() throws Exception {
        Path mutant = mutate(
                "io/daybook/notifier/Deliverer.java",
                "work.on(database.applicationJooq(c));",
                "work.on(database.applicationJooq(c)); c.commit();");
        assertThat(broken(mutant, 12, Set.of(Fault.FREEZE, Fault.KILL)))
                .anyMatch(name -> name.startsWith(EXACTLY_ONCE));
    }

    /** The promises that nodes with that mutation break. */
    private static List<String> broken(Path mutant, int seconds, Set<Fault> faults) throws Exception {
        List<String> broken = List.of();
        for (int run = 0; run < RUNS && broken.isEmpty(); run++) {
            Verdict verdict = new Torture(
                            new TorturePlan(
                                    TorturePlan.Where.EMBEDDED_POSTGRESQL,
                                    null,
                                    null,
                                    null,
                                    seconds,
                                    Seeds.next(),
                                    faults,
                                    3,
                                    false,
                                    List.of(mutant)),
                            LOG::info)
                    .run();
            verdict.broken().forEach(promise -> LOG.info("Broken as it should be: {}", promise));
            broken = verdict.promises().stream()
                    .filter(promise -> promise.violated() > 0)
                    .map(Verdict.Promise::name)
                    .toList();
        }
        return broken;
    }

    /** Compiles the source with that snippet replaced. @return the folder with the classes */
    private Path mutate(String source, String snippet, String replacement) throws Exception {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("engine/src/main/java"))) {
            root = root.getParent();
        }
        String original = Files.readString(root.resolve("engine/src/main/java").resolve(source));
        // Whatever the indentation.
        String flat = original.replaceAll("(?m)^[ ]+", "");
        String flatSnippet = snippet.replaceAll("(?m)^[ ]+", "");
        assertThat(flat.split(java.util.regex.Pattern.quote(flatSnippet), -1))
                .as("the snippet is there once")
                .hasSize(2);
        Path file = folder.resolve("source").resolve(source);
        Files.createDirectories(file.getParent());
        Files.writeString(file, flat.replace(flatSnippet, replacement.replaceAll("(?m)^[ ]+", "")));
        Path classes = Files.createDirectories(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            null,
                            files,
                            null,
                            List.of(
                                    "-proc:none",
                                    "-d",
                                    classes.toString(),
                                    "-cp",
                                    System.getProperty("java.class.path").replace("\n", File.pathSeparator)),
                            null,
                            files.getJavaFileObjects(file))
                    .call();
            assertThat(compiled).as("the mutation compiles").isTrue();
        }
        return classes;
    }
}
