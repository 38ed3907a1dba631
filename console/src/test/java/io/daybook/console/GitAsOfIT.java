package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.console.git.GitRepository;
import io.daybook.console.git.HeadTree;
import io.daybook.event.EntityRef;
import io.daybook.event.Value;
import io.daybook.history.EntityState;
import io.daybook.testkit.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A git repository knows what its files were at each commit without us: what the daybook says they were, as of the position of a commit, is
 * asked of the API, of the command and of the SQL function, and compared with the commit's tree.
 *
 * <p>The repository is made here; a real one is checked with {@code -Ddaybook.git.repository=<directory>}, {@code -Ddaybook.git.commits=50} and
 * {@code -Ddaybook.git.seed=<number>}.
 */
class GitAsOfIT {

    private static final Logger LOG = LoggerFactory.getLogger(GitAsOfIT.class);

    private static final long SEED = Long.getLong("daybook.git.seed", System.nanoTime());
    private static final int COMMITS = Integer.getInteger("daybook.git.commits", 10);

    @TempDir
    Path folder;

    @Test
    void files_as_of_commits_are_what_their_trees_have_on_h2() throws Exception {
        try (TestDatabase database = TestDatabase.h2()) {
            check(database);
        }
    }

    @Test
    void files_as_of_commits_are_what_their_trees_have_on_postgresql() throws Exception {
        try (TestDatabase database = TestDatabase.postgresql()) {
            check(database);
        }
    }

    private Path repository() throws Exception {
        String given = System.getProperty("daybook.git.repository");
        if (given != null) {
            return Path.of(given);
        }
        Path made = folder.resolve("made.git");
        try (TestRepository repository = new TestRepository(made)) {
            repository.grow(120, new Random(SEED));
        }
        return made;
    }

    private void check(TestDatabase database) throws Exception {
        Path path = repository();
        Cli.Ran imported = run(database, "import", "git", path.toString());
        assertThat(imported.exitCode()).as(imported.err()).isZero();
        try (GitRepository git = GitRepository.in(path);
                Daybook daybook = database.daybook().readOnly().open();
                Connection connection = database.connect()) {
            HeadTree tree = new HeadTree(git);
            List<String> commits = new ArrayList<>();
            daybook.states("commit")
                    .forEach(commit -> commits.add(commit.entity().id()));
            Random random = new Random(SEED);
            long files = 0;
            for (int n = 0; n < COMMITS; n++) {
                String commit = commits.get(random.nextInt(commits.size()));
                ObjectId id = ObjectId.fromString(commit);
                long position = lastPosition(connection, commit);
                String about = "commit %s, position %d, seed %d".formatted(commit, position, SEED);
                files += same(tree, id, byApi(daybook, position), "API, " + about);
                same(tree, id, byCommand(database, position), "command, " + about);
                if (database.isPostgresql()) {
                    same(tree, id, byFunction(connection, position), "function, " + about);
                }
            }
            LOG.info(
                    "{} random commits of {}, seed {}: {} files compared; {} events in the ledger.",
                    COMMITS,
                    commits.size(),
                    SEED,
                    files,
                    daybook.head());
        }
    }

    private static long same(HeadTree tree, ObjectId commit, Map<String, EntityState> found, String about)
            throws Exception {
        HeadTree.Comparison comparison =
                tree.compare(commit, file -> Optional.ofNullable(found.get(file)), found.keySet());
        assertThat(comparison.differences()).as(about).isEmpty();
        assertThat(comparison.files()).as(about).isEqualTo(found.size());
        return comparison.files();
    }

    /** The commit and its files are one unit of work. */
    private static long lastPosition(Connection connection, String commit) throws Exception {
        try (PreparedStatement query = connection.prepareStatement("""
                select max(position)
                from daybook.event_history
                where transaction_id = (select transaction_id
                                        from daybook.event_history
                                        where entity_type = 'commit'
                                          and entity_id = ?)
                """)) {
            query.setString(1, commit);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static Map<String, EntityState> byApi(Daybook daybook, long position) {
        Map<String, EntityState> states = new HashMap<>();
        daybook.asOf(position)
                .states("file")
                .forEach(state -> states.put(state.entity().id(), state));
        return states;
    }

    private Map<String, EntityState> byCommand(TestDatabase database, long position) throws IOException {
        Map<String, EntityState> states = new HashMap<>();
        Cli.Ran ran = run(database, "state", "file", "--at-position", Long.toString(position), "--json");
        for (String line : ran.lines()) {
            Map<String, Value> state = Value.ofJson(line).members();
            put(
                    states,
                    Objects.requireNonNull(state.get("entity_id")).as(String.class),
                    Objects.requireNonNull(state.get("attributes")));
        }
        return states;
    }

    private static Map<String, EntityState> byFunction(Connection connection, long position) throws Exception {
        Map<String, EntityState> states = new HashMap<>();
        try (PreparedStatement query = connection.prepareStatement(
                "select entity_id, attributes from daybook.states_as_of('file', at_position => ?)")) {
            query.setLong(1, position);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    put(states, row.getString(1), Value.stored(row.getString(2)));
                }
            }
        }
        return states;
    }

    private static void put(Map<String, EntityState> states, String id, Value attributes) {
        EntityRef file = EntityRef.of("file", id);
        states.put(id, new EntityState(file, 1, attributes.members(), Instant.EPOCH, Instant.EPOCH));
    }

    private Cli.Ran run(TestDatabase database, String... args) throws IOException {
        Path password = Files.writeString(folder.resolve("password"), database.password());
        return Cli.run(
                database.url(),
                Map.of("DAYBOOK_USER", database.user(), "DAYBOOK_PASSWORD_FILE", password.toString()),
                "",
                args);
    }
}
