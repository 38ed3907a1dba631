package io.daybook.console.doctor;

import io.daybook.ledger.Ledger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.function.ToLongFunction;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code --to}: the last position that two histories have in common. */
final class ToConverter implements ITypeConverter<ToLongFunction<Ledger>> {

    @Override
    public ToLongFunction<Ledger> convert(String text) {
        if (text.equals("beginning")) {
            return ledger -> 0;
        }
        if (text.matches("[0-9]{1,18}")) {
            long position = Long.parseLong(text);
            return ledger -> position;
        }
        try {
            Instant instant = OffsetDateTime.parse(text).toInstant();
            return ledger -> ledger.recordedUntil(instant).position();
        } catch (DateTimeParseException e) {
            throw new TypeConversionException(
                    "'%s' is no place to go back to; write beginning, a position, or an instant such as 2026-01-31T12:00:00Z"
                            .formatted(text));
        }
    }
}
