package io.daybook.console;

import io.daybook.console.demo.DemoCommand;
import io.daybook.console.doctor.DoctorCommand;
import io.daybook.console.evidence.AnchorCommand;
import io.daybook.console.evidence.ProofCommand;
import io.daybook.console.evidence.VerifyProofCommand;
import io.daybook.console.examples.ExampleCommand;
import io.daybook.console.export.ExportCommand;
import io.daybook.console.git.GitCommand;
import io.daybook.console.jsonl.BaselineCommand;
import io.daybook.console.jsonl.ImportCommand;
import io.daybook.console.look.DiffCommand;
import io.daybook.console.look.HistoryCommand;
import io.daybook.console.look.RegistrationsCommand;
import io.daybook.console.look.StateCommand;
import io.daybook.console.look.StatesCommand;
import io.daybook.console.look.StatusCommand;
import io.daybook.console.look.TailCommand;
import io.daybook.console.look.TraceCommand;
import io.daybook.console.look.VerifyCommand;
import io.daybook.console.operate.DiscardCommand;
import io.daybook.console.operate.DivideCommand;
import io.daybook.console.operate.MoveCommand;
import io.daybook.console.operate.ParkedCommand;
import io.daybook.console.operate.PauseCommand;
import io.daybook.console.operate.ResumeCommand;
import io.daybook.console.operate.RetryCommand;
import io.daybook.console.operate.SensitiveCommand;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.Output;
import io.daybook.console.shell.Problems;
import io.daybook.console.shell.Shell;
import io.daybook.console.torture.TortureCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;

/** The command {@code daybook}. */
public final class Main {

    private Main() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        // An H2 file that several commands share is served on the loopback interface only.
        if (System.getProperty("h2.bindAddress") == null) {
            System.setProperty("h2.bindAddress", "127.0.0.1");
        }
        Output output = new Output();
        PrintWriter err = new PrintWriter(
                new OutputStreamWriter(new FileOutputStream(FileDescriptor.err), StandardCharsets.UTF_8));
        int exitCode = run(args, System.getenv(), System.in, output.writer(), err);
        if (output.lost().isPresent()) {
            err.println("daybook: The answer could not be written: %s. Make room, or send it elsewhere."
                    .formatted(output.lost().get()));
            err.flush();
            exitCode = exitCode == ExitCode.OK ? ExitCode.FAILED : exitCode;
        }
        System.exit(exitCode);
    }

    /** Runs a command. @return its exit code, one of {@link io.daybook.console.shell.ExitCode} */
    static int run(String[] args, Map<String, String> environment, InputStream in, PrintWriter out, PrintWriter err) {
        Shell shell = new Shell(environment, in, out, err);
        Problems problems = new Problems(shell);
        CommandLine command = new CommandLine(new Root(shell))
                .addSubcommand(new MigrateCommand(shell))
                .addSubcommand(new CommandLine(new ImportCommand(shell)).addSubcommand(new GitCommand(shell)))
                .addSubcommand(new ExportCommand(shell))
                .addSubcommand(new BaselineCommand(shell))
                .addSubcommand(new DemoCommand(shell))
                .addSubcommand(new ExampleCommand(shell))
                .addSubcommand(new TailCommand(shell))
                .addSubcommand(new HistoryCommand(shell))
                .addSubcommand(new StateCommand(shell))
                .addSubcommand(new DiffCommand(shell))
                .addSubcommand(new StatesCommand(shell))
                .addSubcommand(new TraceCommand(shell))
                .addSubcommand(new RegistrationsCommand(shell))
                .addSubcommand(new PauseCommand(shell))
                .addSubcommand(new ResumeCommand(shell))
                .addSubcommand(new MoveCommand(shell))
                .addSubcommand(new DivideCommand(shell))
                .addSubcommand(new ParkedCommand(shell))
                .addSubcommand(new RetryCommand(shell))
                .addSubcommand(new DiscardCommand(shell))
                .addSubcommand(new SensitiveCommand(shell))
                .addSubcommand(new StatusCommand(shell))
                .addSubcommand(new VerifyCommand(shell))
                .addSubcommand(new AnchorCommand(shell))
                .addSubcommand(new ProofCommand(shell))
                .addSubcommand(new VerifyProofCommand(shell))
                .addSubcommand(new DoctorCommand(shell))
                .addSubcommand(new TortureCommand(shell))
                // Its options are the module's to understand.
                .addSubcommand(new CommandLine(new BenchCommand()).setUnmatchedArgumentsAllowed(true))
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler(problems)
                .setParameterExceptionHandler(problems)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true);
        try {
            return command.execute(args);
        } catch (OutOfMemoryError e) {
            return problems.report(e);
        } finally {
            out.flush();
            err.flush();
        }
    }
}
