package io.daybook.console.operate;

import io.daybook.notifier.Start;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A place on the command line: the one after which a registration goes on. */
final class PlaceConverter implements ITypeConverter<Start> {

    @Override
    public Start convert(String text) {
        if (text.equals("beginning")) {
            return Start.beginning();
        }
        if (text.equals("now")) {
            return Start.now();
        }
        if (text.matches("[0-9]{1,18}")) {
            return Start.at(Long.parseLong(text));
        }
        try {
            return Start.at(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            throw new TypeConversionException(
                    "'%s' is no place in the ledger; write beginning, now, a position, or an instant such as 2026-01-31T12:00:00Z"
                            .formatted(text));
        }
    }
}
