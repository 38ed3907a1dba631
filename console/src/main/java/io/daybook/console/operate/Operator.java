package io.daybook.console.operate;

import io.daybook.Daybook;
import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Shell;
import io.daybook.notifier.RegistrationControl;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What all these commands are told: which registration, who acts, and why. Both of the latter are recorded. */
final class Operator {

    @Parameters(index = "0", paramLabel = "<registration>", description = "Name of the registration.")
    private String registration;

    @Option(
            names = "--actor",
            paramLabel = "<name>",
            description = "Who does it, for the record. Else the user of this machine.")
    private @Nullable String actor;

    @Option(names = "--reason", paramLabel = "<text>", description = "Why, for the record.")
    private @Nullable String reason;

    String registration() {
        return registration;
    }

    RegistrationControl control(Daybook daybook) {
        String who = actor == null ? System.getProperty("user.name") : actor;
        RegistrationControl control = unnamed(daybook).as(who);
        return reason == null ? control : control.because(reason);
    }

    /** To look only. */
    RegistrationControl unnamed(Daybook daybook) {
        try {
            return daybook.notifier().control(registration);
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(
                    "There is no registration %s. See which there are: daybook registrations".formatted(registration),
                    ExitCode.NOT_FOUND,
                    e);
        }
    }

    void say(Shell shell, String done, String sentence) {
        shell.say(
                shell.isJson()
                        ? new JsonLine()
                                .put("registration", registration)
                                .put("done", done)
                                .toString()
                        : sentence);
    }
}
