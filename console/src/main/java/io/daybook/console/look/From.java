package io.daybook.console.look;

import io.daybook.console.shell.Places;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerPoint;
import io.daybook.notifier.Start;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code --from}: the place in the ledger after which to begin. A position or an instant is itself the first to be shown. */
final class From implements ITypeConverter<Function<Ledger, LedgerPoint>> {

    @Override
    public Function<Ledger, LedgerPoint> convert(String text) {
        Start start = Places.parse(text)
                .orElseThrow(() -> new TypeConversionException(
                        "'%s' is no place in the ledger; write beginning, now, a position, or an instant such as 2026-01-31T12:00:00Z"
                                .formatted(text)));
        if (start instanceof Start.AtPosition at) {
            return ledger -> ledger.point(Math.max(0, at.position() - 1)).orElseGet(ledger::head);
        }
        if (start instanceof Start.AtInstant at) {
            return ledger -> ledger.recordedUntil(at.recorded().minusNanos(1_000));
        }
        return Ledger::head;
    }
}
