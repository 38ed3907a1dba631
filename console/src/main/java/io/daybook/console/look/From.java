package io.daybook.console.look;

import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerPoint;
import java.time.Instant;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code --from}: the place in the ledger after which to begin. */
final class From implements ITypeConverter<Function<Ledger, LedgerPoint>> {

    @Override
    public Function<Ledger, LedgerPoint> convert(String text) {
        if (text.equals("beginning")) {
            return ledger -> LedgerPoint.BEGINNING;
        }
        if (text.equals("now")) {
            return Ledger::head;
        }
        if (text.matches("[0-9]{1,18}")) {
            long position = Long.parseLong(text);
            return ledger -> ledger.point(Math.max(0, position - 1)).orElseGet(ledger::head);
        }
        try {
            Instant instant = new InstantConverter().convert(text);
            return ledger -> ledger.recordedUntil(instant.minusNanos(1_000));
        } catch (TypeConversionException e) {
            throw new TypeConversionException(
                    "'%s' is no place in the ledger; write beginning, now, a position, or an instant such as 2026-01-31T12:00:00Z"
                            .formatted(text));
        }
    }
}
