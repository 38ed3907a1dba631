package io.daybook.console.look;

import io.daybook.AsOf;
import io.daybook.Daybook;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A moment on the command line, in one of the two times or in both: a position or an instant of recording, and an instant of happening. */
final class MomentConverter implements ITypeConverter<Function<Daybook, AsOf>> {

    private static final String OCCURRED = "occurred:";

    @Override
    public Function<Daybook, AsOf> convert(String text) {
        Function<Daybook, AsOf> moment = Daybook::now;
        for (String part : text.split(",", -1)) {
            moment = and(moment, part, text);
        }
        return moment;
    }

    private static Function<Daybook, AsOf> and(Function<Daybook, AsOf> moment, String part, String text) {
        if (part.equals("now")) {
            return moment;
        }
        if (part.equals("beginning")) {
            return daybook -> moment.apply(daybook).atPosition(0);
        }
        if (part.matches("[0-9]{1,18}")) {
            long position = Long.parseLong(part);
            return daybook -> moment.apply(daybook).atPosition(position);
        }
        try {
            if (part.startsWith(OCCURRED)) {
                Instant occurred = instant(part.substring(OCCURRED.length()));
                return daybook -> moment.apply(daybook).occurredBy(occurred);
            }
            Instant recorded = instant(part);
            return daybook -> moment.apply(daybook).recordedBy(recorded);
        } catch (DateTimeParseException e) {
            throw new TypeConversionException(
                    "'%s' is no moment; write beginning, now, a position, an instant (recorded by then) such as 2026-01-31T12:00:00Z, or occurred:<instant>, or two of them with a comma in between"
                            .formatted(text));
        }
    }

    private static Instant instant(String text) {
        return OffsetDateTime.parse(text).toInstant();
    }
}
