package io.daybook.console.git;

import io.daybook.Daybook;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Stop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.eclipse.jgit.lib.ObjectId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code daybook import git}. */
@Command(
        name = "git",
        description = {
            "Appends the history of a git repository: the first-parent history of HEAD, oldest first, one unit of work per commit.",
            "",
            "Entity 'commit' (id = hash) is created with author, date (of the author) and subject. Entity 'file' (id = path) is created with"
                    + " mode and blob, updated per attribute that changed, and deleted. Actor is the author, creation date the date of the"
                    + " commit. Renames are not guessed: a file goes and another comes. A submodule is a file of mode 160000.",
            "",
            "Run again, it appends what is new. A commit is never appended twice (its unit of work has the key git:<hash>), so it may be killed"
                    + " at any moment and started again. If the last imported commit is no longer in the first-parent history of HEAD, it says so"
                    + " and appends nothing.",
            "",
            "An entity id has at most 200 characters. A longer path is known by its beginning, '//sha256:' and the digest of its bytes; a path"
                    + " that is no UTF-8 by '//' and its bytes, with octal escapes. Both have the whole path in the metadata of their creation.",
            "Dates before year 1 or after 9999 are moved to these years, what is no date at all to 1970; the commit's attribute 'date' has the"
                    + " text."
        },
        footer = {
            "Examples:",
            "  daybook import git .",
            "  daybook --db jdbc:postgresql://localhost/shop import git /srv/git/project.git",
            ""
        })
public final class GitCommand implements Callable<Integer> {

    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "<repository>",
            description = "Directory: a working tree, its .git, or a bare repository.")
    private Path path;

    public GitCommand(Shell shell) {
        this.shell = shell;
    }

    /** What was said to 'import' before the word 'git' is about a file, and would be passed over here. */
    private void refuseWhatIsAboutFiles() {
        ParseResult outer = spec.commandLine().getParent().getParseResult();
        List<String> said = new ArrayList<>();
        outer.matchedPositionals().forEach(file -> said.addAll(file.originalStringValues()));
        for (String option : List.of("--resume", "--on-error", "--source")) {
            if (outer.hasMatchedOption(option)) {
                said.add(option);
            }
        }
        if (!said.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "import git takes a repository only, found %s before git. Import a file with an import of its own."
                            .formatted(String.join(", ", said)));
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        refuseWhatIsAboutFiles();
        try (GitRepository repository = GitRepository.in(path);
                Daybook daybook = shell.openToWrite();
                Stop stop = Stop.onSignal()) {
            GitImport.Result result = new GitImport(daybook, repository).run(stop);
            shell.say(shell.isJson() ? json(result, daybook.head()) : text(result, daybook.head()));
            if (result.renamed() > 0) {
                shell.note(
                        "%s of files whose path is too long for an id, or no UTF-8: they are known by another id, with the path in the metadata of their creation (see daybook import git --help)."
                                .formatted(Messages.count(result.renamed(), "change")));
            }
            if (result.stopped()) {
                shell.note("Stopped before the end. Run it again to go on.");
                return ExitCode.INTERRUPTED;
            }
        }
        return ExitCode.OK;
    }

    private static String json(GitImport.Result result, long position) {
        ObjectId head = result.head();
        JsonLine line = new JsonLine()
                .put("commits", result.commits())
                .put("imported", result.imported())
                .put("events", result.events())
                .put("other_ids", result.renamed())
                .put("position", position);
        return head == null ? line.toString() : line.put("head", head.name()).toString();
    }

    private static String text(GitImport.Result result, long position) {
        ObjectId head = result.head();
        if (head == null) {
            return "The repository has no commit yet: nothing to import.";
        }
        return "%s of %s imported (%s), of the history of %s. The ledger is at position %d."
                .formatted(
                        Messages.count(result.imported(), "commit"),
                        Messages.count(result.commits(), "commit").replaceAll(" .*", ""),
                        Messages.count(result.events(), "event"),
                        head.abbreviate(12).name(),
                        position);
    }
}
