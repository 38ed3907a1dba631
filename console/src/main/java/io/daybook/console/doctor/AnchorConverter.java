package io.daybook.console.doctor;

import io.daybook.ledger.LedgerPoint;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code --anchor}: a position and the 64 hex digits of its hash. */
final class AnchorConverter implements ITypeConverter<LedgerPoint> {

    private static final Pattern ANCHOR = Pattern.compile("([1-9][0-9]{0,17}):([0-9a-fA-F]{64})");

    @Override
    public LedgerPoint convert(String text) {
        Matcher matcher = ANCHOR.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException(
                    "'%s' is no anchor; write <position>:<hash>, as verify --json prints them (head, head_hash)"
                            .formatted(text));
        }
        return new LedgerPoint(Long.parseLong(matcher.group(1)), HexFormat.of().parseHex(matcher.group(2)));
    }
}
