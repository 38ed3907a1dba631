package io.daybook.console;

import io.daybook.console.shell.Shell;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code daybook} without a command, and the options that all commands share. */
@Command(
        name = "daybook",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        version = "daybook 0.1.0-SNAPSHOT",
        description = "A durable log of everything that happened to your entities.",
        synopsisSubcommandLabel = "<command>",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        parameterListHeading = "%nParameters:%n",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:it could not be done; stderr says why",
            "2:the command line makes no sense",
            "3:verify, doctor, torture, or the check at the end of demo, found a problem",
            "4:an import met a bad line: it stopped there, or left its unit of work out",
            "5:there is no such entity",
            "6:doctor found something to look at, and nothing worse",
            "130:Ctrl-C came before the end; what was appended is kept"
        })
final class Root implements Runnable {

    @Mixin
    private final Shell shell;

    @Spec
    private CommandSpec spec;

    Root(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        shell.out().flush();
        throw new ParameterException(spec.commandLine(), "A command is missing, such as demo or tail.");
    }
}
