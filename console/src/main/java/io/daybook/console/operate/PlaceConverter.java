package io.daybook.console.operate;

import io.daybook.console.shell.Places;
import io.daybook.notifier.Start;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A place on the command line: the one after which a registration goes on. */
final class PlaceConverter implements ITypeConverter<Start> {

    @Override
    public Start convert(String text) {
        return Places.parse(text)
                .orElseThrow(() -> new TypeConversionException(
                        "'%s' is no place in the ledger; write beginning, now, a position, or an instant such as 2026-01-31T12:00:00Z"
                                .formatted(text)));
    }
}
