package io.daybook.console.export;

import io.daybook.event.Value;
import io.daybook.transfer.EventCopy;
import io.daybook.transfer.Exported;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.QuoteMode;
import org.jspecify.annotations.Nullable;

/**
 * RFC 4180, with the columns of the view {@code event_history} and the names of what was redacted. Everything is quoted but what is null, so that an empty text is not taken for
 * it; {@code COPY … WITH (FORMAT csv, HEADER)} of PostgreSQL reads it back the same.
 */
final class Csv implements Format {

    private static final List<String> COLUMNS = List.of(
            "position",
            "event_id",
            "state",
            "recorded_at",
            "occurred_at",
            "entity_type",
            "entity_id",
            "version",
            "operation",
            "attribute_name",
            "attribute_value",
            "value_text",
            "metadata",
            "actor",
            "reason",
            "correlation_id",
            "causation_position",
            "transaction_id",
            "context",
            "erased",
            "application",
            "application_version",
            "host",
            "database_user",
            "redacted");

    private static final CSVFormat RFC_4180 =
            CSVFormat.RFC4180.builder().setQuoteMode(QuoteMode.ALL_NON_NULL).get();

    private static final Pattern POSITION = Pattern.compile("\"([0-9]{1,18})\",.*", Pattern.DOTALL);

    /** A cell that begins so is a formula to a spreadsheet, whoever wrote it. */
    private static final String BEGINS_FORMULA = "=+-@\t\r";

    private final boolean safeForSpreadsheets;

    /** @param safeForSpreadsheets whether a text that a spreadsheet would take for a formula gets an apostrophe before it */
    Csv(boolean safeForSpreadsheets) {
        this.safeForSpreadsheets = safeForSpreadsheets;
    }

    @Override
    public String name() {
        return safeForSpreadsheets ? "csv, safe for spreadsheets" : "csv";
    }

    @Override
    public String header() {
        return line(COLUMNS);
    }

    @Override
    public String record(Exported exported, List<String> redacted) {
        EventCopy event = exported.event();
        List<@Nullable Object> cells = new ArrayList<>(COLUMNS.size());
        cells.add(event.position());
        cells.add(exported.eventId());
        cells.add("recorded");
        cells.add(exported.recordedAt());
        cells.add(event.creationDate());
        cells.add(event.entity().type().name());
        cells.add(text(event.entity().id()));
        cells.add(event.version());
        cells.add(event.operation().name());
        cells.add(text(event.attributeName()));
        cells.add(text(event.attributeValue().map(Value::json)));
        cells.add(text(event.attributeValue().map(Csv::valueText)));
        cells.add(text(event.metadata().map(Value::json)));
        cells.add(text(event.actor()));
        cells.add(text(event.reason()));
        cells.add(text(event.correlationId()));
        cells.add(
                event.causationPosition().isPresent()
                        ? event.causationPosition().getAsLong()
                        : null);
        cells.add(event.transactionId());
        cells.add(text(event.context().map(Value::json)));
        cells.add(event.valueDigest().isPresent() || event.metadataDigest().isPresent());
        Map<String, Value> context = event.context().map(Value::members).orElse(Map.of());
        for (String member : List.of("application", "application_version", "host", "database_user")) {
            cells.add(text(Optional.ofNullable(context.get(member)).map(Csv::valueText)));
        }
        cells.add(redacted.isEmpty() ? null : String.join(", ", redacted));
        return line(cells);
    }

    private static String valueText(Value value) {
        String json = value.json();
        return json.startsWith("\"") ? value.as(String.class) : json;
    }

    private @Nullable String text(Optional<String> text) {
        return text.map(this::text).orElse(null);
    }

    private String text(String text) {
        boolean formula = !text.isEmpty() && BEGINS_FORMULA.indexOf(text.charAt(0)) >= 0;
        return safeForSpreadsheets && formula ? "'" + text : text;
    }

    private static String line(List<?> cells) {
        StringBuilder line = new StringBuilder(256);
        try (CSVPrinter printer = new CSVPrinter(line, RFC_4180)) {
            printer.printRecord(cells);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.toString();
    }

    @Override
    public OptionalLong position(String record) {
        Matcher matcher = POSITION.matcher(record);
        return matcher.matches() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }

    @Override
    public boolean isQuoted() {
        return true;
    }
}
