package io.daybook.console.doctor;

import io.daybook.console.shell.Places;
import io.daybook.ledger.Ledger;
import io.daybook.notifier.Start;
import java.util.function.ToLongFunction;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code --to}: the last position that two histories have in common. */
final class ToConverter implements ITypeConverter<ToLongFunction<Ledger>> {

    @Override
    public ToLongFunction<Ledger> convert(String text) {
        Start place = Places.parse(text).orElse(Start.now());
        if (place instanceof Start.AtPosition at) {
            return ledger -> at.position();
        }
        if (place instanceof Start.AtInstant at) {
            return ledger -> ledger.recordedUntil(at.recorded()).position();
        }
        throw new TypeConversionException(
                "'%s' is no place to go back to; write beginning, a position, or an instant such as 2026-01-31T12:00:00Z"
                        .formatted(text));
    }
}
